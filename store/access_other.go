//go:build !unix

package store

import "os"

// accessWrite reports why a file or directory cannot be written to, as far as its mode tells.
func accessWrite(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o200 == 0 {
		err = os.ErrPermission
	}
	return err
}
