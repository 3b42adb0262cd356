//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakMemory is the most memory that the process has had, in bytes; 0 if the system does not say.
func peakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" { // which counts bytes, and others kilobytes
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
