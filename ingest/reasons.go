package ingest

import "strings"

// Beginnings of reasons that do not lie in a file's bytes, so that an unchanged file may well be accepted next time.
const (
	unreadableReason = "cannot be read: "
	networkReason    = "the network "
)

// worthRetrying reports whether a file that was refused for this reason may be accepted although it has not changed:
// its permissions, the network or the limits may have.
func worthRetrying(reason string) bool {
	for _, beginning := range []string{unreadableReason, networkReason, "too many pixels", "file too large", "too much work"} {
		if strings.HasPrefix(reason, beginning) {
			return true
		}
	}
	return false
}
