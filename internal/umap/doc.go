// Package umap lays out points of many dimensions on a map of two or three, so that what is near stays near.
//
// It is UMAP (McInnes, Healy and Melville, arXiv 1802.03426) in the stages and with the parameter names of umap-learn:
// nearest neighbors (knn.go), a fuzzy graph of them (fuzzy.go), a first layout from the graph's spectrum (spectral.go),
// and its refinement by stochastic gradient descent (layout.go). New points can be put onto a map without moving it
// (transform.go), and maps of the same points can be aligned with each other (aligned.go). quality.go measures maps.
//
// Everything is parallel but the refinement of one map (layout.go says why; maps that are fitted together share the
// processors), and nothing depends on how many processors there are: a seed gives the same bits everywhere on one machine.
package umap
