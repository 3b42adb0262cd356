package templates

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
)

// versionBytes of a picture's hash tell it from an earlier one of the same id.
const versionBytes = 6

// VisualizationURL is the address of a visualization's PNG.
func VisualizationURL(id int64, sha256 [32]byte) string {
	return fmt.Sprintf("/visualizations/%d.png?v=%s", id, VisualizationVersion(sha256))
}

// VisualizationVersion is the part of the address that changes with its bytes: pictures that are made again keep their id.
func VisualizationVersion(sha256 [32]byte) string { return hex.EncodeToString(sha256[:versionBytes]) }

// ChannelURL is the address of a channel's page.
func ChannelURL(model, layer string, channel int) string {
	return "/models/" + url.PathEscape(model) + "/layers/" + url.PathEscape(layer) + "/channels/" + strconv.Itoa(channel)
}
