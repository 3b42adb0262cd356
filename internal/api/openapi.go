package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// describe writes the OpenAPI description from the table.
func (a *API) describe() []byte {
	s := &schemas{named: object{}}
	paths := object{}
	for i := range a.routes {
		r := &a.routes[i]
		address := Root + r.path
		if paths[address] == nil {
			paths[address] = object{}
		}
		paths[address].(object)[strings.ToLower(r.method)] = r.operation(s)
	}
	s.of(reflect.TypeFor[Problem]())
	data, err := json.MarshalIndent(object{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
		"info": object{
			"title": "ConvNet Playground", "version": a.Version, "summary": "What convolutional networks see in images",
			"description": "Read-only. Lists come in pages: follow next. Errors are RFC 9457 problem details. " +
				"The format of an answer is chosen by the header Accept or by format=. Answers have an ETag; HEAD is answered wherever GET is.",
			"license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers":    []object{{"url": "/"}},
		"tags":       a.tags(),
		"paths":      paths,
		"components": object{"schemas": s.named, "responses": object{"Problem": problemResponse("Any other problem.")}},
	}, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("api: %v", err)) // maps, strings and numbers always encode
	}
	return append(data, '\n')
}

func (a *API) tags() (tags []object) {
	seen := map[string]bool{}
	for _, r := range a.routes {
		if !seen[r.tag] {
			tags = append(tags, object{"name": r.tag})
		}
		seen[r.tag] = true
	}
	return tags
}

func (r *route) operation(s *schemas) object {
	op := object{"operationId": r.name, "tags": []string{r.tag}, "summary": r.summary, "responses": r.responses(s)}
	if r.about != "" {
		op["description"] = r.about
	}
	parameters := []object{}
	for _, name := range namesIn(r.path) {
		p := pathParameters[name]
		parameters = append(parameters, object{"name": name, "in": "path", "required": true, "description": p.about, "schema": p.schema()})
	}
	for _, p := range r.parameters() {
		parameters = append(parameters, object{"name": p.name, "in": "query", "description": p.about, "schema": p.schema()})
	}
	if len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if len(r.body) > 0 {
		op["requestBody"] = r.requestBody(s)
	}
	return op
}

func (p parameter) schema() object {
	schema := object{"type": p.kind}
	if p.values != nil {
		schema["enum"] = p.values
	}
	if p.kind == "integer" {
		schema["minimum"] = p.from
	}
	if p.to > 0 {
		schema["maximum"] = p.to
	}
	if p.many { // form style, exploded, is what OpenAPI takes for granted: plus=a&plus=b
		return object{"type": "array", "items": schema}
	}
	return schema
}

var inBraces = regexp.MustCompile(`\{(\w+)\}`)

// namesIn are the parameters of a path.
func namesIn(path string) (names []string) {
	for _, match := range inBraces.FindAllStringSubmatch(path, -1) {
		names = append(names, match[1])
	}
	return names
}

func (r *route) responses(s *schemas) object {
	content := object{}
	for _, f := range r.formats {
		content[f.mediaType] = f.content(s, r.answer)
	}
	for _, mediaType := range r.pictures {
		content[mediaType] = object{}
	}
	all := object{"200": object{"description": r.summary + ".", "content": content}, "default": object{"$ref": "#/components/responses/Problem"}}
	if r.method == http.MethodGet {
		all["304"] = object{"description": "What If-None-Match names is still what it is."}
	}
	for _, status := range r.statuses() {
		all[strconv.Itoa(status)] = problemResponse(kindOf(status).About)
	}
	return all
}

// content describes an answer in a format; what is no JSON is bytes.
func (f format) content(s *schemas, answer any) object {
	switch f {
	case formatJSON:
		return object{"schema": s.of(reflect.TypeOf(answer))}
	case formatCSV:
		return object{"schema": object{"type": "string"}}
	}
	return object{}
}

func problemResponse(about string) object {
	return object{"description": about, "content": object{problemType: object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}
}

func (r *route) requestBody(s *schemas) object {
	content := object{}
	for _, b := range r.body {
		switch {
		case b.of != nil:
			content[b.mediaType] = object{"schema": s.of(reflect.TypeOf(b.of))}
		case b.form:
			content[b.mediaType] = object{"schema": r.form()}
		default:
			content[b.mediaType] = object{}
		}
	}
	return object{"required": true, "content": content}
}

// form describes a form: the picture, and what the address may say as well.
func (r *route) form() object {
	properties := object{"image": object{"type": "string", "contentMediaType": "application/octet-stream", "description": "The picture."}}
	for _, p := range r.query {
		schema := p.schema()
		schema["description"] = p.about
		properties[p.name] = schema
	}
	return object{"type": "object", "properties": properties, "required": []string{"image"}}
}
