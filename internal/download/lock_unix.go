//go:build unix

package download

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps other processes from the file until it is closed. A file system without locks is used without.
func lock(f *os.File) error {
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return errBusy
	}
	return nil
}
