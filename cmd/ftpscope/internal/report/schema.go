package report

import (
	"io"

	"github.com/invopop/jsonschema"
)

// schemaID is the address that names the schema. Nothing is fetched from it.
const schemaID = "https://github.com/ftpscope/ftpscope/schema/1"

// Schema is the JSON Schema of the document (draft 2020-12). It lets unknown
// keys pass, since a later version may add some.
func Schema() *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, ExpandedStruct: true}
	s := r.Reflect(&Document{})
	s.ID = schemaID
	s.Title = "What ftpscope analyze and compare print with --format json"
	return s
}

// LineSchema is the JSON Schema of a line of the stream.
func LineSchema() *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, ExpandedStruct: true}
	root := &jsonschema.Schema{
		Version:     jsonschema.Version,
		ID:          schemaID + "/line",
		Title:       "One line of what ftpscope analyze and sniff print with --format ndjson",
		Definitions: jsonschema.Definitions{},
	}
	for _, line := range []any{sessionLine{}, findingLine{}, captureLine{}, summaryLine{}, newsLine{}} {
		s := r.Reflect(line)
		for name, def := range s.Definitions {
			root.Definitions[name] = def
		}
		s.Version, s.Definitions = "", nil
		root.OneOf = append(root.OneOf, s)
	}
	return root
}

// EncodeSchema writes a schema as JSON.
func EncodeSchema(w io.Writer, s *jsonschema.Schema) error {
	return encode(w, s, "  ")
}
