package ingest

import "strings"

// Beginnings of reasons that do not lie in a file's bytes, so that an unchanged file may well be accepted next time.
const (
	unreadableReason = "cannot be read: "
	networkReason    = "the network "
	deletedReason    = "deleted from this dataset on "
)

// worthRetrying reports whether a file that was refused for this reason may be accepted although it has not changed:
// its permissions, the network, the limits or somebody's mind may have.
func worthRetrying(reason string) bool {
	for _, beginning := range []string{unreadableReason, networkReason, deletedReason, "too many pixels", "file too large", "too much work"} {
		if strings.HasPrefix(reason, beginning) {
			return true
		}
	}
	return false
}

// deleted is the reason for leaving out a file whose image was deleted at that time.
func deleted(at string) string {
	day, _, _ := strings.Cut(at, "T")
	return deletedReason + day + ": the page Care of convnet serve lets it return"
}

// isDeleted tells a file that is left out on purpose.
func isDeleted(reason string) bool { return strings.HasPrefix(reason, deletedReason) }
