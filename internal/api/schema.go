package api

import (
	"encoding/json"
	"path"
	"reflect"
	"strings"
)

// object is a JSON object as it is written; its keys come out sorted.
type object = map[string]any

// schemas writes Go types as JSON Schema, each struct once under its name.
type schemas struct{ named object }

var rawMessage = reflect.TypeFor[json.RawMessage]()

// of is the schema of a type, a reference for a struct.
func (s *schemas) of(t reflect.Type) object {
	if t == rawMessage {
		return object{"description": "Any JSON."}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.orNull(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		name := typeName(t)
		if _, known := s.named[name]; !known {
			s.named[name] = nil // a type may hold itself
			s.named[name] = s.structure(t)
		}
		return object{"$ref": "#/components/schemas/" + name}
	case reflect.Interface:
		return object{}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32:
		return object{"type": "number", "format": "float"}
	case reflect.Float64:
		return object{"type": "number", "format": "double"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	default:
		panic("api: no schema for " + t.String()) // a mistake in the table
	}
}

func (s *schemas) orNull(t reflect.Type) object {
	schema := s.of(t)
	if kind, ok := schema["type"].(string); ok {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	return object{"anyOf": []object{schema, {"type": "null"}}}
}

// structure lists a struct's fields. Nothing else is ever in one, which is what lets a test find a field that is not
// described.
func (s *schemas) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		property := s.of(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			property["description"] = doc
		}
		properties[name] = property
		if !strings.Contains(options, "omitempty") {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// typeName is the type's own name; a list's is made of that of its items: DatasetList.
func typeName(t reflect.Type) string {
	name, of, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return name
	}
	_, item, _ := strings.Cut(path.Base(strings.TrimSuffix(of, "]")), ".")
	return item + name
}
