package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// folder is a directory tree. Symbolic links are followed, each real directory once: real directories first, then those
// that are reached through links only, so loops end and a file is listed under its most natural name.
type folder struct {
	root    string
	paths   []string // by Entry.ref
	entries []Entry
	visited map[string]bool // real paths of directories
	links   []link          // to directories, still to be followed
}

// link is a symbolic link to a directory: its name below the root and where it leads.
type link struct{ name, target string }

func openFolder(root string) (*folder, error) {
	f := &folder{root: root, visited: map[string]bool{}}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	children, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	f.visited[real] = true
	f.addAll("", real, children)
	for len(f.links) > 0 {
		slices.SortFunc(f.links, func(a, b link) int { return compareNames(a.name, b.name) })
		next := f.links[0]
		f.links = f.links[1:]
		f.walk(next.name, next.target)
	}
	return f, nil
}

func compareNames(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// walk lists a directory unless it has been listed under another name.
func (f *folder) walk(name, real string) {
	if f.visited[real] {
		return
	}
	f.visited[real] = true
	children, err := os.ReadDir(real)
	if err != nil {
		f.problem(name+"/", "the folder cannot be read: "+plainError(err))
		return
	}
	f.addAll(name, real, children)
}

func (f *folder) addAll(name, real string, children []fs.DirEntry) {
	for _, child := range children {
		if hidden(child.Name()) {
			continue
		}
		childName := child.Name()
		if name != "" {
			childName = name + "/" + childName
		}
		f.add(childName, filepath.Join(real, child.Name()), child)
	}
}

func (f *folder) add(name, path string, child fs.DirEntry) {
	if child.IsDir() {
		f.walk(name, path)
		return
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && child.Type()&fs.ModeSymlink != 0:
		f.problem(name, brokenLink(path))
	case err != nil:
		f.problem(name, unreadable(err))
	case info.IsDir():
		if target, err := filepath.EvalSymlinks(path); err == nil {
			f.links = append(f.links, link{name, target})
		}
	case !info.Mode().IsRegular():
		f.problem(name, "not a file: "+describeMode(info.Mode()))
	default:
		f.entries = append(f.entries, newEntry(name, info.Size(), info.ModTime().UnixNano(), len(f.paths)))
		f.paths = append(f.paths, path)
	}
}

func (f *folder) problem(name, reason string) {
	e := newEntry(name, 0, 0, -1)
	e.Problem = reason
	f.entries = append(f.entries, e)
}

func brokenLink(path string) string {
	target, err := os.Readlink(path)
	if err != nil {
		return "a broken symbolic link"
	}
	return fmt.Sprintf("a broken symbolic link: it leads to %s", textName(target))
}

func describeMode(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// unreadable says why a file could not be opened or read.
func unreadable(err error) string { return unreadableReason + plainError(err) }

// plainError is the system's message without the path, which stands beside it anyway.
func plainError(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

func (f *folder) list() []Entry { return f.entries }

func (f *folder) Read(e Entry, limits imaging.Limits) ([]byte, error) {
	file, err := os.Open(f.paths[e.ref])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readLimited(file, e.Size, limits)
}

func (f *folder) Close() error { return nil }
