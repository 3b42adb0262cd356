//go:build unix

package store

import "golang.org/x/sys/unix"

// accessWrite reports why the process may not write to a file or directory; a read-only file system is a reason too.
func accessWrite(path string) error { return unix.Access(path, unix.W_OK) }
