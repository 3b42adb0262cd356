//go:build race

package keras

// raceDetector makes the slowest tests shorter: what they compute has no goroutines in it.
const raceDetector = true
