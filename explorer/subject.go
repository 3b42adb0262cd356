package explorer

import (
	"net/url"
	"strconv"
)

// What the explanations on a page are drawn from: the part of an address that names it. Where a layer has seen no images it
// is "", and they are drawn from what is shown first elsewhere.

// Subject is the channel, over the first dataset that was seen at its layer.
func (p *ChannelPage) Subject() string {
	if len(p.Datasets) == 0 {
		return ""
	}
	return "?" + url.Values{
		"dataset": {p.Datasets[0].Dataset}, "model": {p.Model}, "layer": {p.Layer}, "channel": {strconv.Itoa(p.Channel)},
	}.Encode()
}

// Subject is the layer, over the first dataset that was seen at it.
func (p *LayerPage) Subject() string {
	if len(p.Vectors) == 0 {
		return ""
	}
	return "?" + url.Values{"dataset": {p.Vectors[0].Dataset}, "model": {p.Model}, "layer": {p.Name}}.Encode()
}

// Subject is the picture, where it is an image of a dataset.
func (p *ProbePage) Subject() string {
	if p.Uploaded || p.Saved != "" || p.Dataset == "" {
		return ""
	}
	return "?" + url.Values{"dataset": {p.Dataset}, "image": {p.Name}}.Encode()
}
