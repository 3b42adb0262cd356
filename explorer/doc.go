// Package explorer serves the pages about networks: which models the file has; the layers of each, with their shapes and
// parameters and the datasets that have been seen at them; the channels of a layer with the pictures that excite them
// most; and a channel with the images of a dataset that do.
//
// A page file (web.go, layerpage.go, channelpage.go) reads the store and decides what is shown; the files beside it draw
// (profile.go, strip.go, curve.go, sheet.go) and choose (grid.go, choices.go, preview.go). What channels make of images is
// computed in channel*.go from what ingest has stored.
package explorer
