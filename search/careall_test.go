package search

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store/storetest"
)

// What a list selects as a whole is what the report has, and what is said of it holds or is refused.
func TestSpellOut(t *testing.T) {
	s := NewService(storetest.New(t, curated()), nil)
	cat := "cat"
	state := careState{layer: "late", filter: CareFilter{Category: &cat}}
	report, err := s.Care(t.Context(), CareRequest{Layer: "late", Filter: state.filter})
	if err != nil {
		t.Fatal(err)
	}
	cluster := report.Clusters.Clusters[0]
	var suspects []int64
	for _, one := range report.Suspects {
		suspects = append(suspects, one.ImageID)
	}
	for name, test := range map[string]struct {
		all  careAll
		want []int64
	}{
		"suspects": {careAll{list: careSuspects, count: len(report.Suspects)}, suspects},
		"matching": {careAll{list: careMatching, count: report.Matching}, report.matching},
		"cluster":  {careAll{careClusters, cluster.Medoid.ImageID, len(cluster.ImageIDs)}, cluster.ImageIDs},
	} {
		form := url.Values{"of": {state.values().Encode()}, "all": {test.all.String()}}
		if err := s.spellOut(t.Context(), form); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var want []string
		for _, id := range test.want {
			want = append(want, itoa64(id))
		}
		if !slices.Equal(form["image"], want) || len(want) == 0 || !slices.Contains(form["suggestion"], "21:owl") {
			t.Errorf("%s: %v, want %v; suggested %v", name, form["image"], want, form["suggestion"])
		}
	}
	for text, says := range map[string]string{
		"matching/0/22": "has changed", "clusters/7777/3": "has changed", "sharks/0/1": "has changed", "matching": "no list", "matching/x/3": "no list", "matching/0/0": "no list",
	} {
		form := url.Values{"of": {state.values().Encode()}, "all": {text}}
		if err := s.spellOut(t.Context(), form); !isBadRequest(err) || !strings.Contains(err.Error(), says) || len(form["image"]) > 0 {
			t.Errorf("%s: %v, %v", text, err, form["image"])
		}
	}
}

// Of near-duplicates the best one stays.
func TestAllCopiesLeaveTheBest(t *testing.T) {
	r := &CareReport{NearDuplicates: NearDuplicates{Groups: []DuplicateGroup{
		{Best: 4, Images: []DuplicateImage{{CareImage: CareImage{ImageID: 4}}, {CareImage: CareImage{ImageID: 2}}}},
		{Best: 9, Images: []DuplicateImage{{CareImage: CareImage{ImageID: 9}}, {CareImage: CareImage{ImageID: 1}}, {CareImage: CareImage{ImageID: 3}}}},
	}}}
	if got := (careAll{list: careNear}).images(r); !slices.Equal(got, []int64{2, 1, 3}) {
		t.Errorf("all copies are %v", got)
	}
}

func FuzzParseCareAll(f *testing.F) {
	f.Add("clusters/12/85")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseCareAll(text)
		if err != nil && !isBadRequest(err) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil {
			if again, err := parseCareAll(a.String()); err != nil || again != a {
				t.Errorf("%q reads as %+v, then %+v, %v", text, a, again, err)
			}
		}
	})
}
