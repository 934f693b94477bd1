// Command ftpscope reads packet captures and tells, transfer by transfer, what
// FTP did and where it went wrong. It must do nothing but hand its arguments
// and streams to package cli.
package main
