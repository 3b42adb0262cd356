//go:build !unix

package main

// peakMemory is the most memory that the process has had, in bytes; 0 if the system does not say.
func peakMemory() int64 { return 0 }
