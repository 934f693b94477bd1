// Package pages holds what ftpscope knows of each diagnosis, a page for each
// code and language: what it means, how it is recognised, what it cannot tell,
// and what to do. The pages are text files, en/CODE.txt and es/CODE.txt, whose
// first line is the title.
package pages
