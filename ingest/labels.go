package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// label is what a list says about one file.
type label struct {
	file            string
	category, title string
}

// listing are labels with the name of the list they come from.
type listing struct {
	name   string
	labels []label
}

// source is files with names, titles and categories settled.
type source struct {
	files
	entries  []Entry
	unlisted int
}

func (s *source) Entries() []Entry { return s.entries }
func (s *source) Unlisted() int    { return s.unlisted }

// labelled applies a labels file, else the original playground's classes.json if there is one, else the folders.
func labelled(f files, labels string) (*source, error) {
	entries := sorted(f.list())
	if labels != "" {
		l, err := readLabels(labels)
		if err != nil {
			return nil, err
		}
		return l.apply(f, entries), nil
	}
	if l := readClasses(f, entries); l != nil {
		return l.apply(f, entries), nil
	}
	return &source{files: f, entries: entries}, nil
}

// apply keeps the files that are listed, in the order of their names. What is listed and not there becomes an entry
// with a problem.
func (l *listing) apply(f files, entries []Entry) *source {
	s := &source{files: f}
	byName := map[string]label{}
	for _, one := range l.labels {
		byName[one.file] = one
	}
	for _, e := range entries {
		one, listed := byName[e.Name]
		if !listed {
			if !l.is(f, e) {
				s.unlisted++
			}
			continue
		}
		delete(byName, e.Name)
		s.entries = append(s.entries, one.describe(e))
	}
	for _, one := range byName {
		missing := one.describe(newEntry(one.file, 0, 0, -1))
		missing.Problem = fmt.Sprintf("listed in %s but not found", l.name)
		s.entries = append(s.entries, missing)
	}
	s.entries = sorted(s.entries)
	return s
}

// is reports whether an entry is the list itself, which lies among the images quite often.
func (l *listing) is(f files, e Entry) bool {
	dir, ok := f.(*folder)
	if !ok || e.ref < 0 {
		return base(e.Name) == l.name
	}
	return filepath.Base(dir.paths[e.ref]) == l.name
}

func (l label) describe(e Entry) Entry {
	e.Category = l.category
	if l.title != "" {
		e.Title = l.title
	}
	return e
}

// readLabels reads a CSV file with the columns file, category and, if you like, name, in any order.
func readLabels(path string) (*listing, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	l := &listing{name: filepath.Base(path)}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read labels: %s: %w", path, err)
	}
	columns, err := labelColumns(header)
	if err != nil {
		return nil, fmt.Errorf("read labels: %s: %w", path, err)
	}
	seen := map[string]int{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read labels: %s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		one := columns.label(record)
		if one.file == "" {
			return nil, fmt.Errorf("read labels: %s, line %d: no file is named", path, line)
		}
		if before, ok := seen[one.file]; ok {
			return nil, fmt.Errorf("read labels: %s, line %d: %s is listed in line %d already", path, line, one.file, before)
		}
		seen[one.file] = line
		l.labels = append(l.labels, one)
	}
}

// labelColumn are the positions of the columns; -1 for the optional name where it is absent.
type labelColumn struct{ file, category, title int }

func labelColumns(header []string) (labelColumn, error) {
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(header[i]))
	}
	c := labelColumn{slices.Index(header, "file"), slices.Index(header, "category"), slices.Index(header, "name")}
	if c.file < 0 || c.category < 0 {
		return c, fmt.Errorf("the first line must name the columns: file,category or file,category,name; it is %q", strings.Join(header, ","))
	}
	return c, nil
}

func (c labelColumn) label(record []string) label {
	cell := func(i int) string {
		if i < 0 || i >= len(record) {
			return ""
		}
		return textName(record[i])
	}
	return label{file: strings.TrimPrefix(filepath.ToSlash(cell(c.file)), "./"), category: strings.TrimSpace(cell(c.category)), title: strings.TrimSpace(cell(c.title))}
}
