package search

import (
	"fmt"
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

// CareSection is findings of one kind as a page shows them.
type CareSection struct {
	Name, Title string
	About       string // how they were found, in a sentence or two
	Empty       string // what to say where there are none
	Loose       bool   // its groups are single images, side by side
	Count       int    // groups, or images where these are loose
	Groups      []CareGroup
	More        string   // address of the whole section; "" where all is shown
	All         *CareAll // selects all of it; nil where that is of no use

	Page, Pages    int
	Previous, Next string
}

// CareGroup is images that belong to one finding.
type CareGroup struct {
	Title, Note  string
	Warn         string // what needs a person's eye
	Tiles        []CareTile
	Evidence     []CareTile // what speaks for the finding; not to be selected
	EvidenceNote string
	Actions      []CareAction
	Left         int      // images that are not shown
	All          *CareAll // selects all of it; nil where the tiles do
}

// CareAll is a tick that selects a list as a whole, also what is not shown of it.
type CareAll struct {
	Value, Label string
	Count        int
	Box          string // its id
}

// newCareAll is nil for a list whose one tile has a tick already.
func newCareAll(a careAll, what string) *CareAll {
	if a.count < 2 {
		return nil
	}
	return &CareAll{Value: a.String(), Label: fmt.Sprintf("All %d %s", a.count, what), Count: a.count, Box: fmt.Sprintf("all-%s-%d", a.list, a.medoid)}
}

// CareTile is an image of a finding.
type CareTile struct {
	CareImage
	Swatch    string
	Note      string // what was measured
	Badge     string // why it is special: the best copy, the medoid, a mirror image
	Edit      string // what is staged for it
	Deleted   bool   // that is to delete it
	Search    string
	Why, Map  string
	WhyOf     string // the image that Why compares it with
	Suggested string // category
	Box       string // id of its tick
}

// CareAction is a button that stages edits.
type CareAction struct {
	Label, Value string
	Danger       bool
}

// CareBar is a category's size as a bar.
type CareBar struct {
	Name, Swatch, URL string
	Images            int
	Share             float64 // of the largest, in percent
}

// view makes tiles of images.
type view struct {
	state   careState
	dataset store.Dataset
	staged  map[int64]CareEdit
}

func (v *view) tile(img CareImage, note string) CareTile {
	at := v.state.image(img.Name)
	t := CareTile{CareImage: img, Swatch: swatch(v.dataset, img.Category), Note: note, Search: at.url(), Map: mapState{selection: at}.url("/map")}
	if e, ok := v.staged[img.ImageID]; ok {
		t.Deleted = e.Action == store.EditDelete
		if t.Edit = "→ " + e.Category; t.Deleted {
			t.Edit = "to be deleted"
		} else if e.Category == "" {
			t.Edit = "→ no category"
		}
	}
	return t
}

// compared lets a tile's why compare it with another image.
func (v *view) compared(t CareTile, with string) CareTile {
	t.Why, t.WhyOf = whyURL(v.state.image(with), t.Name), with
	return t
}

// sections decides what is shown: the beginning of every section, or a page of one.
func (p *CarePage) sections(s careState, d store.Dataset) {
	p.Alone, p.All = s.section, s.with(func(s *careState) { s.section = "" })
	v := &view{state: s, dataset: d, staged: map[int64]CareEdit{}}
	for _, e := range p.Staged {
		v.staged[e.ImageID] = e
	}
	all := []CareSection{v.nearDuplicates(p.NearDuplicates), v.suspects(p.Suspects), v.outliers(p.Outliers), v.clusters(p.Clusters), v.sameBytes(p.SameBytes)}
	p.tabs(s, all)
	p.wholes(s, all)
	for i := range all {
		section := all[i]
		switch {
		case s.section == section.Name:
			section.turn(s)
			p.Sections = append(p.Sections, section)
		case s.section == "" && (section.Name != careSame || section.Count > 0):
			section.begin(s)
			p.Sections = append(p.Sections, section)
		}
	}
	p.number()
	if s.section == "" || s.section == careBalance {
		p.bars(s, d)
	}
}

// wholes adds what selects whole lists.
func (p *CarePage) wholes(s careState, all []CareSection) {
	for i := range all {
		whole := careAll{list: all[i].Name}
		whole.count = len(whole.images(p.CareReport))
		switch all[i].Name {
		case careClusters:
			what := "images of the cluster"
			if s.filter.any() {
				what = "images of it that the filter lets through"
			}
			for j, c := range p.Clusters.Clusters {
				all[i].Groups[j].All = newCareAll(careAll{careClusters, c.Medoid.ImageID, len(c.ImageIDs)}, what)
			}
		case careNear:
			all[i].All = newCareAll(whole, "copies; the largest of each group stays")
		default:
			all[i].All = newCareAll(whole, "images in this list")
		}
	}
	if s.filter.any() {
		p.AllMatching = newCareAll(careAll{list: careMatching, count: p.Matching}, "images that the filter lets through")
	}
}

// number gives every tick an id: an image may be part of several findings.
func (p *CarePage) number() {
	n := 0
	for _, section := range p.Sections {
		for _, g := range section.Groups {
			for i := range g.Tiles {
				n++
				g.Tiles[i].Box = "pick-" + strconv.Itoa(n)
			}
		}
	}
}

func (p *CarePage) tabs(s careState, all []CareSection) {
	for _, section := range all {
		p.Tabs = append(p.Tabs, CareTab{section.Title, strconv.Itoa(section.Count), section.unit(),
			s.with(func(s *careState) { s.section = section.Name }), s.section == section.Name})
	}
	p.Tabs = append(p.Tabs, CareTab{"Balance", fmt.Sprintf("%.0f %%", 100*p.Balance.Evenness), "even",
		s.with(func(s *careState) { s.section = careBalance }), s.section == careBalance})
}

func (p *CarePage) bars(s careState, d store.Dataset) {
	most := 0
	for _, c := range p.Balance.Categories {
		most = max(most, c.Images)
	}
	p.Bars = []CareBar{}
	for _, c := range p.Balance.Categories {
		p.Bars = append(p.Bars, CareBar{c.Name, swatch(d, c.Name), s.with(func(s *careState) { s.filter.Category = &c.Name }), c.Images, 100 * float64(c.Images) / float64(most)})
	}
}

// begin cuts a section to what fits beside the others.
func (c *CareSection) begin(s careState) {
	groups, tiles := 4, 6
	switch c.Name {
	case careOutliers:
		groups = 12
	case careSuspects:
		groups = 6
	}
	c.shorten(tiles)
	if len(c.Groups) > groups || c.Name == careClusters && len(c.Groups) > 0 {
		c.Groups = c.Groups[:min(groups, len(c.Groups))]
		c.More = s.with(func(s *careState) { s.section = c.Name })
	}
}

// turn cuts a section to a page.
func (c *CareSection) turn(s careState) {
	perPage := 24
	if c.Loose {
		perPage = 96
	}
	c.shorten(48)
	c.Pages = max(1, (len(c.Groups)+perPage-1)/perPage)
	c.Page = min(max(s.page, 1), c.Pages)
	at := func(page int) string { return s.with(func(s *careState) { s.page = page }) }
	if c.Page > 1 {
		c.Previous = at(c.Page - 1)
	}
	if c.Page < c.Pages {
		c.Next = at(c.Page + 1)
	}
	c.Groups = c.Groups[(c.Page-1)*perPage : min(c.Page*perPage, len(c.Groups))]
}

// shorten leaves so many tiles of a group.
func (c *CareSection) shorten(tiles int) {
	for i := range c.Groups {
		if g := &c.Groups[i]; len(g.Tiles) > tiles {
			g.Left += len(g.Tiles) - tiles
			g.Tiles = g.Tiles[:tiles]
		}
	}
}

// unit is what a section counts.
func (c CareSection) unit() string {
	unit := "image"
	switch c.Name {
	case careClusters:
		return "suggested"
	case careNear:
		unit = "group"
	}
	if c.Count != 1 {
		unit += "s"
	}
	return unit
}
