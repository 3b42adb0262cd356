package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// tempFile is a file beside the one it is to become.
type tempFile struct{ path string }

func (f *tempFile) create(dst string) error {
	if err := accessWrite(filepath.Dir(dst)); errors.Is(err, fs.ErrNotExist) {
		return sentence(fs.ErrNotExist, "the directory %s does not exist: create it first", filepath.Dir(dst))
	} else if err != nil {
		return sentence(ErrReadOnlyDir, "the directory %s is not writable: choose another place", filepath.Dir(dst))
	}
	file, err := os.CreateTemp(filepath.Dir(dst), "."+filepath.Base(dst)+".*.tmp")
	if err != nil {
		return err
	}
	f.path = file.Name()
	return file.Close()
}

// remove deletes the file, if it was made and not published, with whatever SQLite has left beside it.
func (f *tempFile) remove() error {
	if f.path == "" {
		return nil
	}
	var errs []error
	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Remove(f.path + suffix); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// publish makes the file durable and gives it its name.
func (f *tempFile) publish(dst string) error {
	if err := os.Chmod(f.path, 0o644); err != nil { // temporary files are made for their owner alone
		return err
	}
	if err := syncFile(f.path); err != nil {
		return err
	}
	if err := os.Rename(f.path, dst); err != nil {
		return err
	}
	f.path = ""
	return syncFile(filepath.Dir(dst))
}

// syncFile waits until a file's content, or a directory's entries, are on the disk.
func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}
