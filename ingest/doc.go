// Package ingest brings images, and what a network sees in them, into the store.
//
// A Source lists files: a folder, a zip or tar archive, or the original playground's own layout. Against what the
// database knows, each file has a state: new, unchanged, changed, recategorised, gone or quarantined; and each embedding
// of the network that was asked for is missing, stale or equal. Only what these states call for is done.
//
// Work flows through a pipeline of bounded length: a producer walks over the files in the order of their names, workers
// read, hash, decode and infer side by side, and one writer takes the results in the producer's order and commits them
// in batches. So image ids depend on the source alone, and an ingest that was killed and started again ends with the
// same content as one that was left in peace: every batch is a prefix of the same sequence.
//
// Inputs that cannot be used are put into quarantine with a reason for people; everything else goes on.
package ingest
