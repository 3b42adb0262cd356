// Package explorer serves the pages about networks: which models the file has, and the layers of each, with their
// shapes and parameters and the datasets that have been seen at them.
package explorer
