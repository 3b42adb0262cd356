// Package search answers "what looks like this?".
//
// A [Service] turns a [Request] (dataset, model, layer, metric, and an [Ask]: what to search with) into a [Page]: ranked
// neighbors with distance, similarity and percentile, the query's weighted search score, and the same score at every other
// layer of the model. [Evaluate] gives the score of all images of a dataset, each left out once.
//
// An [Ask] is a list of parts with weights: images of the dataset, pictures that were sent or saved, crops of any of them,
// a lasso or a place on a map, a channel. Several are blended: each vector is divided by its length, weighted and added;
// negative weights take away (Rocchio's feedback), and at least one part must be liked. The sum says the direction; its
// length is the mean length of what is liked. A lasso is the mean of the images inside, a place the mean of the few
// nearest to it, each normalised. A crop is the network's view of just those pixels. A channel stands alone: images are
// ranked by what it made of them, and no vector is compared. Images that a query is made of are not among its results, by
// identity, whatever rank copies of them take.
//
// The package also serves the pages built on that: home, datasets and search. Every page is a struct decided
// here, rendered by package templates, and the same struct is the page's JSON twin (?format=json).
//
// Inference is not done here: an [Embedder] is handed in by whoever has a runtime, and without one the pages work and
// say why a new picture cannot be a query.
package search
