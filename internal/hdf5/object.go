package hdf5

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Object is a group or an array.
type Object struct {
	f        *File
	path     string // for messages
	messages []message
	links    map[string]uint64 // nil until a child is asked for
}

// Root returns the group that everything hangs under.
func (f *File) Root() (*Object, error) { return f.object("/", f.root) }

func (f *File) object(path string, at uint64) (*Object, error) {
	messages, err := f.header(at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Object{f: f, path: path, messages: messages}, nil
}

// Children returns the names of a group's members, sorted. An array has none.
func (o *Object) Children() ([]string, error) {
	if err := o.readLinks(); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(o.links)), nil
}

// Open returns the object at a path below this one: names separated by slashes.
func (o *Object) Open(path string) (*Object, error) {
	at := o
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue
		}
		if err := at.readLinks(); err != nil {
			return nil, err
		}
		child := strings.TrimSuffix(at.path, "/") + "/" + name
		address, ok := at.links[name]
		if !ok {
			return nil, fmt.Errorf("%w: %s", ErrNotFound, child)
		}
		next, err := o.f.object(child, address)
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

func (o *Object) readLinks() error {
	if o.links != nil {
		return nil
	}
	links, err := o.f.links(o.messages)
	if err != nil {
		return fmt.Errorf("%s: %w", o.path, err)
	}
	o.links = links
	return nil
}

// Strings returns a text attribute's elements in row-major order. An attribute with no elements has none whatever its
// type: h5py writes an empty list as an empty array of floats.
func (o *Object) Strings(name string) ([]string, error) {
	a, err := o.attribute(name)
	if err != nil {
		return nil, fmt.Errorf("%s: attribute %s: %w", o.path, name, err)
	}
	text, err := o.f.text(a)
	if err != nil {
		return nil, fmt.Errorf("%s: attribute %s: %w", o.path, name, err)
	}
	return text, nil
}

// IsArray says whether the object is an array.
func (o *Object) IsArray() bool {
	_, ok, _ := body(o.messages, msgLayout)
	return ok
}

// Shape returns an array's dimensions.
func (o *Object) Shape() ([]uint64, error) {
	s, err := o.dataspace()
	return slices.Clone(s.dims), err
}

func (o *Object) dataspace() (dataspace, error) {
	b, ok, err := body(o.messages, msgDataspace)
	if !ok || err != nil {
		return dataspace{}, o.lacks("shape", err)
	}
	s, err := o.f.parseDataspace(b)
	if err != nil {
		return s, fmt.Errorf("%s: %w", o.path, err)
	}
	return s, nil
}

func (o *Object) datatype() (datatype, error) {
	b, ok, err := body(o.messages, msgDatatype)
	if !ok || err != nil {
		return datatype{}, o.lacks("element type", err)
	}
	t, err := parseDatatype(b)
	if err != nil {
		return t, fmt.Errorf("%s: %w", o.path, err)
	}
	return t, nil
}

// lacks is the error for a part that is missing, or could not be read for the reason given.
func (o *Object) lacks(part string, reason error) error {
	if reason == nil {
		reason = damaged("no %s: it is no array", part)
	}
	return fmt.Errorf("%s: %w", o.path, reason)
}
