package search

import (
	"math"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// Kind says what a part of a query is.
type Kind string

// Kinds of parts. Images, uploads and saved pictures are pictures, and can be cropped.
const (
	KindImage   Kind = "image"   // Value is the name of an image of the dataset
	KindID      Kind = "id"      // the id of an image of the dataset
	KindUpload  Kind = "upload"  // the token of a picture that is held in memory for its sender
	KindSaved   Kind = "saved"   // the id of a picture that was saved
	KindLasso   Kind = "lasso"   // a polygon on a map: all images inside
	KindPoint   Kind = "point"   // a place on a map
	KindChannel Kind = "channel" // the number of a channel of the layer: images that excite it, "17" by its maximum or "17/mean"
)

// kinds are in the order in which a sentence lists them.
var kinds = []Kind{KindImage, KindID, KindUpload, KindSaved, KindLasso, KindPoint, KindChannel}

// Bounds of weights. Beyond them a part drowns the others, or does not count.
const minWeight, maxWeight = 0.01, 100

// Part is one of the things that are searched with, as an address says it.
type Part struct {
	Kind   Kind
	Value  string
	Crop   Crop    // of a picture; zero is all of it
	Weight float64 // negative: the results shall be unlike it; never 0

	// Picture comes with the request: what an upload's token stands for, or what was sent.
	Picture *Picture
}

// Picture is a file that somebody sent.
type Picture struct {
	Name string
	Data []byte
}

// Crop is a part of a picture, in pixels of the upright original.
type Crop = imaging.Region

// ParseCrop reads x,y,width,height in pixels. Whether the picture is as large is seen when it is there.
func ParseCrop(text string) (Crop, error) {
	c, err := imaging.ParseRegion(text)
	return c, badCrop(err)
}

// badCrop makes a sentence for the person who asked of what is wrong with a crop.
func badCrop(err error) error {
	if err == nil {
		return nil
	}
	return badRequestf("%v", err)
}

// Text is the part without its sign: [WEIGHT*][CROP@]KIND:VALUE, such as image:cat/1.png, 2*saved:3 or 10,20,64,64@image:7.
func (p Part) Text() string {
	text := string(p.Kind) + ":" + p.Value
	if !p.Crop.IsZero() {
		text = p.Crop.String() + "@" + text
	}
	if w := math.Abs(p.Weight); w != 1 {
		text = strconv.FormatFloat(w, 'g', -1, 64) + "*" + text
	}
	return text
}

// ParsePart reads what Text writes; its weight is positive. Without a kind it is an image.
func ParsePart(text string) (Part, error) {
	p := Part{Weight: 1}
	head, value, ok := strings.Cut(text, ":")
	if !ok {
		head, value = string(KindImage), text
	}
	if weight, rest, ok := strings.Cut(head, "*"); ok {
		var err error
		if p.Weight, err = parseWeight(weight); err != nil {
			return p, err
		}
		head = rest
	}
	if crop, rest, ok := strings.Cut(head, "@"); ok {
		var err error
		if p.Crop, err = ParseCrop(crop); err != nil {
			return p, err
		}
		head = rest
	}
	p.Kind, p.Value = Kind(head), value
	return p.checked()
}

func parseWeight(text string) (float64, error) {
	w, err := strconv.ParseFloat(text, 64)
	if err != nil || !(w >= minWeight && w <= maxWeight) { // NaN is neither
		return 0, badRequestf("A weight must be a number between %v and %v, not %q.", minWeight, maxWeight, text)
	}
	return w, nil
}

// picture reports whether the part is one picture.
func (p Part) picture() bool {
	return p.Kind == KindImage || p.Kind == KindID || p.Kind == KindUpload || p.Kind == KindSaved
}

// same reports whether two parts are about the same, whatever they weigh.
func (p Part) same(q Part) bool { return p.Kind == q.Kind && p.Value == q.Value && p.Crop == q.Crop }

// checked is the part with its value written as an address does; it refuses what cannot be one.
func (p Part) checked() (Part, error) {
	if !p.Crop.IsZero() && !p.picture() {
		return p, badRequestf("Only a picture can be cropped, not a %s.", p.Kind)
	}
	switch p.Kind {
	case KindImage, KindUpload:
		if p.Value == "" {
			return p, badRequestf("Say which %s: %s:NAME.", p.Kind, p.Kind)
		}
		return p, nil
	case KindID, KindSaved:
		id, err := strconv.ParseUint(p.Value, 10, 62)
		if err != nil || id == 0 {
			return p, badRequestf("%s:N takes a number from 1 on, not %q.", p.Kind, p.Value)
		}
		p.Value = strconv.FormatUint(id, 10)
		return p, nil
	case KindChannel:
		c, err := parseChannel(p.Value)
		p.Value = c.String()
		return p, err
	case KindLasso, KindPoint:
		m, err := parseMapped(p.Kind, p.Value)
		p.Value = m.String()
		return p, err
	}
	return p, badRequestf("There is no kind of query %q: choose %s.", p.Kind, joinKinds())
}

func joinKinds() string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = string(k)
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// channelPart is what the value of a channel says.
type channelPart struct {
	number int
	mean   bool // by the mean of its map; otherwise by the maximum
}

func (c channelPart) String() string {
	if c.mean {
		return strconv.Itoa(c.number) + "/mean"
	}
	return strconv.Itoa(c.number)
}

func parseChannel(text string) (channelPart, error) {
	number, by, said := strings.Cut(text, "/")
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil || said && by != "mean" && by != "max" {
		return channelPart{}, badRequestf("channel:N takes the number of a channel from 0 on, and channel:N/mean ranks by the mean of its map; %q is neither.", text)
	}
	return channelPart{int(n), by == "mean"}, nil
}
