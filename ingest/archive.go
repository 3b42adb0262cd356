package ingest

import (
	"fmt"
	"strings"
)

// Archives may promise far more than they hold. What a dataset of photographs needs is well below: they do not compress.
const (
	maxExpansion     = 100     // bytes unpacked for each byte of the archive …
	minExpansionRoom = 4 << 30 // … once it is more than this
	maxArchiveFiles  = 5_000_000
)

// checkExpansion refuses an archive that unpacks to absurdly more than its own size.
func checkExpansion(unpacked, packed int64, files int) error {
	if unpacked > minExpansionRoom && unpacked/maxExpansion > packed {
		return fmt.Errorf("the archive claims to hold %.1f GiB in %.1f MiB: that is no archive of images", float64(unpacked)/(1<<30), float64(packed)/(1<<20))
	}
	if files > maxArchiveFiles {
		return fmt.Errorf("the archive holds more than %d files", maxArchiveFiles)
	}
	return nil
}

// archiveName is an archive member's name: a mere name, never a path on this machine.
func archiveName(raw string) string {
	if !strings.Contains(raw, "/") {
		raw = strings.ReplaceAll(raw, `\`, "/") // as some Windows programs write it
	}
	for strings.HasPrefix(raw, "./") {
		raw = raw[2:]
	}
	return raw
}

// unwrap removes the folder that everything in an archive lies in, if there is one.
func unwrap(names []string) {
	if len(names) == 0 {
		return
	}
	first, _, ok := strings.Cut(names[0], "/")
	if !ok || first == "" || first == "." || first == ".." {
		return
	}
	for _, name := range names {
		if !strings.HasPrefix(name, first+"/") {
			return
		}
	}
	for i := range names {
		names[i] = names[i][len(first)+1:]
	}
}
