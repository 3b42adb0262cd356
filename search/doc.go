// Package search answers "what looks like this?".
//
// A [Service] turns a [Request] (dataset, model, layer, metric, and an image of the dataset or an uploaded one)
// into a [Page]: ranked neighbors with distance, similarity and percentile, the query's weighted search score, and the
// same score at every other layer of the model. [Evaluate] gives the score of all images of a dataset, each left out once.
//
// The package also serves the pages built on that: home, datasets and search. Every page is a struct decided
// here, rendered by package templates, and the same struct is the page's JSON twin (?format=json).
//
// Inference is not done here: an [Embedder] is handed in by whoever has a runtime, and without one the pages work and
// say why a new picture cannot be a query.
package search
