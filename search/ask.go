package search

import (
	"net/url"
	"slices"
	"strconv"
)

// Ask is what to search with, before anything of it has been looked up; empty, it is the dataset's first image. It is the
// same value, read by the same parser, in addresses of all pages, in the API and on the command line:
//
//	image=NAME, upload=TOKEN or saved=ID     one picture; crop=x,y,w,h takes a part of it
//	plus=PART, minus=PART                    several parts, each as often as wanted; see [ParsePart]
type Ask []Part

// maxParts bounds how many parts a query can have.
const maxParts = 32

// askNames are the parameters of an address that an Ask takes.
var askNames = []string{"image", "upload", "saved", "crop", "plus", "minus"}

// cropFields are what a form without a script sends instead of crop.
var cropFields = []string{"crop_x", "crop_y", "crop_w", "crop_h"}

// AskFor searches with an image of the dataset.
func AskFor(name string) Ask { return Ask{{Kind: KindImage, Value: name, Weight: 1}} }

// AskID searches with an image of the dataset that is known by its id.
func AskID(id int64) Ask { return Ask{{Kind: KindID, Value: itoa64(id), Weight: 1}} }

// AskWith searches with a picture that comes with the request.
func AskWith(name string, data []byte) Ask {
	return Ask{{Kind: KindUpload, Value: "sent", Weight: 1, Picture: &Picture{Name: name, Data: data}}}
}

// ReadAsk reads the query of an address.
func ReadAsk(q url.Values) (Ask, error) {
	a, err := readFirst(q)
	if err != nil {
		return nil, err
	}
	for _, list := range []struct {
		name string
		sign float64
	}{{"plus", 1}, {"minus", -1}} {
		for _, text := range q[list.name] {
			p, err := ParsePart(text)
			if err != nil {
				return nil, err
			}
			p.Weight *= list.sign
			a = append(a, p)
		}
	}
	return a, a.check()
}

// readFirst reads the picture that has parameters of its own.
func readFirst(q url.Values) (Ask, error) {
	crop, err := readCrop(q)
	if err != nil {
		return nil, err
	}
	for _, kind := range []Kind{KindUpload, KindSaved, KindImage} {
		if value := q.Get(string(kind)); value != "" {
			p, err := Part{Kind: kind, Value: value, Crop: crop, Weight: 1}.checked()
			return Ask{p}, err
		}
	}
	if !crop.IsZero() {
		return nil, badRequestf("Say what is cropped: image=NAME, upload=TOKEN or saved=ID beside the crop.")
	}
	return nil, nil
}

// readCrop reads crop, or the four fields of a form; fields that are all empty crop nothing.
func readCrop(q url.Values) (Crop, error) {
	if text := q.Get("crop"); text != "" {
		return ParseCrop(text)
	}
	text, said := "", false
	for i, name := range cropFields {
		if i > 0 {
			text += ","
		}
		text += q.Get(name)
		said = said || q.Get(name) != ""
	}
	if !said {
		return Crop{}, nil
	}
	return ParseCrop(text)
}

// check refuses what no dataset could answer.
func (a Ask) check() error {
	if len(a) > maxParts {
		return badRequestf("A query has at most %d parts, not %d.", maxParts, len(a))
	}
	liked := false
	for _, p := range a {
		liked = liked || p.Weight > 0
		if p.Kind == KindChannel && (len(a) > 1 || p.Weight < 0) {
			return badRequestf("A channel is searched with alone: its images are ranked by how much they excite it, which cannot be added to pictures.")
		}
	}
	if len(a) > 0 && !liked {
		return badRequestf("Add something that the results shall be like: what is only unlike a picture is nearly everything.")
	}
	return nil
}

// values writes the query into an address: one picture of weight 1 by its own parameters, anything else as parts.
func (a Ask) values(q url.Values) {
	if len(a) == 1 && a[0].picture() && a[0].Kind != KindID && a[0].Weight == 1 {
		q.Set(string(a[0].Kind), a[0].Value)
		if !a[0].Crop.IsZero() {
			q.Set("crop", a[0].Crop.String())
		}
		return
	}
	for _, p := range a {
		name := "plus"
		if p.Weight < 0 {
			name = "minus"
		}
		q.Add(name, p.Text())
	}
}

// Values is the query as an address holds it.
func (a Ask) Values() url.Values {
	q := url.Values{}
	a.values(q)
	return q
}

// with is the query and one more part, in place of a part about the same. A channel makes room for it.
func (a Ask) with(p Part) Ask {
	rest := slices.DeleteFunc(slices.Clone(a), func(q Part) bool { return q.same(p) || q.Kind == KindChannel })
	return append(rest, p)
}

// without is the query without its part i.
func (a Ask) without(i int) Ask { return slices.Delete(slices.Clone(a), i, i+1) }

// replaced is the query with another part i.
func (a Ask) replaced(i int, p Part) Ask {
	b := slices.Clone(a)
	b[i] = p
	return b
}

// alone is the part when there is only one and it is liked.
func (a Ask) alone() (Part, bool) {
	if len(a) == 1 && a[0].Weight > 0 {
		return a[0], true
	}
	return Part{}, false
}

// upload is the token of the first picture that is only in memory.
func (a Ask) upload() (token string, ok bool) {
	for _, p := range a {
		if p.Kind == KindUpload {
			return p.Value, true
		}
	}
	return "", false
}

// sent is the query with the picture that came with the request, whose token is one of its parts.
func (a Ask) sent(token string, p *Picture) Ask {
	b := slices.Clone(a)
	for i, part := range b {
		if part.Kind == KindUpload && part.Value == token {
			b[i].Picture = p
		}
	}
	return b
}

// saved is the query with a picture that was held in memory under a token and is saved now.
func (a Ask) saved(token string, id int64) Ask {
	b := slices.Clone(a)
	for i, p := range b {
		if p.Kind == KindUpload && p.Value == token {
			b[i].Kind, b[i].Value, b[i].Picture = KindSaved, strconv.FormatInt(id, 10), nil
		}
	}
	return b
}
