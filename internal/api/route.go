package api

import "net/http"

// route is one address of the interface.
type route struct {
	method  string // GET answers HEAD too
	path    string // below Root, as OpenAPI writes it
	name    string // OpenAPI's operationId
	tag     string // the group it is listed in
	summary string
	about   string // what there is to know beyond the summary

	query    []parameter
	list     bool     // the answer is a page of a list
	formats  []format // of the answer, the usual one first; none where it is a picture
	answer   any      // a value of the JSON answer's type
	pictures []string // media types of the answer, where it has no formats
	body     []body
	problems []int // beside those that every route of its kind has

	sample string // the rest of an address that shows it: {dataset} and so on stand for what the file has
	before string // a command whose output is the body of the sample
	handle func(*request) error
}

// parameter is one of the query, or of the path.
type parameter struct {
	name, about string
	kind        string // of JSON's: string, integer, number
	values      []string
	from, to    int64 // of an integer; 0, 0: not said
	many        bool  // it may be given several times
}

// body is something that can be sent.
type body struct {
	mediaType string
	of        any // a value of its type as JSON; nil: bytes
	form      bool
}

// pathParameters say what the parts of addresses are.
var pathParameters = map[string]parameter{
	"dataset":       {name: "dataset", about: "Name of a dataset.", kind: "string"},
	"image":         {name: "image", about: "Id of an image, or the SHA-256 of its bytes as 64 hexadecimal digits.", kind: "string"},
	"model":         {name: "model", about: "Name of a model.", kind: "string"},
	"layer":         {name: "layer", about: "Name of a layer; a slash in it is written %2F.", kind: "string"},
	"channel":       {name: "channel", about: "Number of a channel, from 0.", kind: "string"},
	"visualization": {name: "visualization", about: "Id of a visualization.", kind: "string"},
	"embedding":     {name: "embedding", about: "Id of an embedding.", kind: "string"},
	"saved":         {name: "saved", about: "Id of a saved picture.", kind: "string"},
	"method":        {name: "method", about: "Method of a projection: umap or pca.", kind: "string"},
}

// parameters are all that the query may have.
func (r *route) parameters() []parameter {
	all := append([]parameter(nil), r.query...)
	if r.list {
		all = append(all,
			parameter{name: "limit", about: "How many items a page has.", kind: "integer", from: 1, to: maxLimit},
			parameter{name: "cursor", about: "Where the page begins: from the next of the page before.", kind: "string"})
	}
	if len(r.formats) > 0 {
		names := make([]string, len(r.formats))
		for i, f := range r.formats {
			names[i] = f.name
		}
		all = append(all, parameter{name: "format", about: "Format of the answer; goes before the header Accept.", kind: "string", values: names})
	}
	return all
}

// statuses are the problems that the route can answer with, whatever its kind; others, the same for all, are OpenAPI's
// default.
func (r *route) statuses() []int {
	list := []int{http.StatusBadRequest}
	if len(namesIn(r.path)) > 0 {
		list = append(list, http.StatusNotFound)
	}
	if len(r.formats) > 0 {
		list = append(list, http.StatusNotAcceptable)
	}
	return append(list, r.problems...)
}
