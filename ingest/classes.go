package ingest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// classesName is the list of the original playground's datasets, which lies beside 0.jpg, 1.jpg, …
const classesName = "classes.json"

// readClasses returns the list if the source is laid out like the original playground's datasets: a classes.json at its
// root that names files at its root. Otherwise nil: the source is an ordinary one.
func readClasses(f files, entries []Entry) *listing {
	at := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == classesName && e.Problem == "" })
	if at < 0 {
		return nil
	}
	data, err := f.Read(entries[at], imaging.Limits{})
	if err != nil {
		return nil
	}
	byKey := parseClasses(data)
	l := &listing{name: classesName}
	found := false
	for _, e := range entries {
		for _, key := range []string{e.Name, stem(e.Name)} {
			if category, ok := byKey[key]; ok && e.Name != classesName {
				l.labels = append(l.labels, label{file: e.Name, category: category})
				delete(byKey, key)
				found = true
			}
		}
	}
	if !found {
		return nil
	}
	for key, category := range byKey {
		l.labels = append(l.labels, label{file: key, category: category})
	}
	return l
}

// stem is a name without its extension.
func stem(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

// parseClasses reads [{"0":"arch"}, {"1":"arch"}, …], {"0":"arch", …}, and {"arch":["0", …], …}: what each image's
// number, or its file name, belongs to. Anything else yields nothing.
func parseClasses(data []byte) map[string]string {
	var objects []map[string]any
	if json.Unmarshal(data, &objects) != nil {
		var object map[string]any
		if json.Unmarshal(data, &object) != nil {
			return nil
		}
		objects = []map[string]any{object}
	}
	byKey := map[string]string{}
	for _, object := range objects {
		for key, value := range object {
			switch value := value.(type) {
			case string:
				byKey[textName(key)] = textName(value)
			case []any:
				for _, image := range value {
					if image, ok := image.(string); ok {
						byKey[textName(image)] = textName(key)
					}
				}
			}
		}
	}
	return byKey
}
