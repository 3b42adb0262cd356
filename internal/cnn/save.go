package cnn

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// previousPrefix marks the folder of a network that is being replaced. ValidName admits no leading dot, so it can
// meet no model's name.
const previousPrefix = ".previous-"

// Save adds a network or replaces the one of its name. The folder is written aside, synced and renamed into place, so
// that whoever looks finds the old network or the new one, never half of either.
func (l Library) Save(n *Network) error {
	name := n.Manifest.Name
	if err := n.Manifest.Validate(); err != nil {
		return err
	}
	if isEmbedded(name) {
		return fmt.Errorf("model %s is part of the program; give the new one another name", name)
	}
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return fmt.Errorf("make the folder for models: %w", err)
	}
	temp, err := os.MkdirTemp(l.Dir, ".saving-"+name+"-")
	if err != nil {
		return fmt.Errorf("save model %s: %w", name, err)
	}
	defer os.RemoveAll(temp) // gone already when all went well
	if err := n.write(temp); err != nil {
		return fmt.Errorf("save model %s: %w", name, err)
	}
	if err := l.replace(temp, name); err != nil {
		return fmt.Errorf("save model %s: %w", name, err)
	}
	return nil
}

func (n *Network) write(dir string) error {
	sum := n.GraphSHA256()
	manifest, err := json.MarshalIndent(stored{n.Manifest, hex.EncodeToString(sum[:])}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // MkdirTemp makes it private
		return err
	}
	if err := writeSynced(filepath.Join(dir, graphFile), n.ONNX); err != nil {
		return err
	}
	return writeSynced(filepath.Join(dir, manifestFile), append(manifest, '\n'))
}

func writeSynced(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// replace moves the folder temp to the place of the named network. A folder cannot be renamed over another, so the old
// one steps aside first; readers look for it there while its place is empty.
func (l Library) replace(temp, name string) error {
	target, previous := filepath.Join(l.Dir, name), l.previous(name)
	if exists(target) {
		if err := os.RemoveAll(previous); err != nil {
			return err
		}
		if err := os.Rename(target, previous); err != nil {
			return err
		}
	}
	if err := os.Rename(temp, target); err != nil {
		return errors.Join(err, os.Rename(previous, target))
	}
	return os.RemoveAll(previous)
}
