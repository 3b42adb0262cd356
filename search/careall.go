package search

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// careMatching is all images that the filter lets through, in whatever finding.
const careMatching = "matching"

// careAll is a list of images that a form selects as a whole, also those that its page does not show.
type careAll struct {
	list   string // a section's name, or careMatching
	medoid int64  // of the cluster that is meant; 0 in other lists
	count  int    // how many images the page said there are: others than these are not touched
}

// String is how a form says it: LIST/MEDOID/COUNT.
func (a careAll) String() string {
	return a.list + "/" + itoa64(a.medoid) + "/" + strconv.Itoa(a.count)
}

func parseCareAll(text string) (careAll, error) {
	list, rest, _ := strings.Cut(text, "/")
	medoid, count, ok := strings.Cut(rest, "/")
	id, err := strconv.ParseInt(medoid, 10, 64)
	n, errN := strconv.Atoi(count)
	if !ok || err != nil || errN != nil || n < 1 {
		return careAll{}, badRequestf("%q is no list of images: it is LIST/MEDOID/COUNT, such as outliers/0/12.", text)
	}
	return careAll{list, id, n}, nil
}

// images are those of the list in a report. Of near-duplicates it is all but the best of each group, which is to stay.
func (a careAll) images(r *CareReport) (ids []int64) {
	switch a.list {
	case careNear:
		for _, g := range r.NearDuplicates.Groups {
			for _, img := range g.Images {
				if img.ImageID != g.Best {
					ids = append(ids, img.ImageID)
				}
			}
		}
	case careSame:
		for _, s := range r.SameBytes {
			ids = append(ids, s.ImageID)
		}
	case careOutliers:
		for _, img := range r.Outliers.Images {
			ids = append(ids, img.ImageID)
		}
	case careSuspects:
		for _, s := range r.Suspects {
			ids = append(ids, s.ImageID)
		}
	case careClusters:
		for _, c := range r.Clusters.Clusters {
			if c.Medoid.ImageID == a.medoid {
				ids = append(ids, c.ImageIDs...)
			}
		}
	case careMatching:
		ids = r.matching
	}
	return ids
}

// spellOut puts into a form the images of the lists that it selects as a whole, and what is suggested for them. The form
// says in of, an address's query, which report its page showed; where that has become another one, it is refused.
func (s *Service) spellOut(ctx context.Context, form url.Values) error {
	if len(form["all"]) == 0 {
		return nil
	}
	of, err := url.ParseQuery(form.Get("of"))
	if err != nil {
		return badRequestf("The form does not say what it is about: of=%s cannot be read.", form.Get("of"))
	}
	state, err := readCareState(of)
	if err != nil {
		return err
	}
	report, err := s.Care(ctx, CareRequest{Dataset: form.Get("dataset"), Model: state.model, Layer: state.layer, Pooling: state.pooling, Filter: state.filter})
	if err != nil {
		return err
	}
	for _, text := range form["all"] {
		all, err := parseCareAll(text)
		if err != nil {
			return err
		}
		ids := all.images(report)
		if len(ids) != all.count {
			return badRequestf("The list has changed: it had %d images and has %d now. Look at the page again.", all.count, len(ids))
		}
		for _, id := range ids {
			form.Add("image", itoa64(id))
		}
	}
	for _, suspect := range report.Suspects {
		form.Add("suggestion", itoa64(suspect.ImageID)+":"+suspect.Suggested)
	}
	return nil
}
