package search

import (
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// curated is a dataset with one of everything: a copy, an image that stands alone, and one with a wrong category.
func curated() storetest.Spec {
	spec := storetest.Spec{Images: storetest.Images(60, "cat", "dog", "owl"), Dimension: 12, Channels: 3}
	spec.Images[20].Category = "cat" // an owl
	spec.Images = append(spec.Images, storetest.Image{Name: "copy.png", Category: "dog", Data: storetest.PNG(9, 9, 1)})
	at := storetest.Spec{Images: storetest.Images(60, "cat", "dog", "owl"), Dimension: 12}
	spec.Vector = func(image, layer int) []float32 {
		i := image
		if image == 60 {
			i = 31 // a dog
		}
		v := at.Clustered(i, layer)
		if image == 60 {
			v[0] += 0.001
		}
		if image == 45 {
			for j := range v {
				v[j] = -v[j] + float32(j%3)
			}
		}
		return v
	}
	return spec
}

func TestCareFindsWhatWasPlanted(t *testing.T) {
	db := storetest.New(t, curated())
	r, err := NewService(db, nil).Care(t.Context(), CareRequest{Layer: "late"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Images != 61 || r.Compared != 61 || r.Matching != 61 || len(r.NearDuplicates.Groups) != 1 {
		t.Fatalf("%+v", r)
	}
	g := r.NearDuplicates.Groups[0]
	if ids := []int64{g.Images[0].ImageID, g.Images[1].ImageID}; !slices.Contains(ids, 32) || !slices.Contains(ids, 61) || g.Disagree || g.Best != 61 && g.Best != 32 {
		t.Errorf("near-duplicates %+v", g)
	}
	if len(r.Outliers.Images) == 0 || r.Outliers.Images[0].ImageID != 46 {
		t.Errorf("outliers %+v", r.Outliers)
	}
	if !slices.ContainsFunc(r.Suspects, func(s Suspect) bool {
		return s.ImageID == 21 && s.Category == "cat" && s.Suggested == "owl" && s.Share > 0.5 && len(s.Neighbors) > 4
	}) {
		t.Errorf("suspects %+v", r.Suspects)
	}
	total := 0
	for _, c := range r.Clusters.Clusters {
		total += len(c.ImageIDs)
		if c.Images != len(c.ImageIDs) || c.Medoid.ImageID != c.ImageIDs[0] || c.Purity <= 0 || c.Purity > 1 {
			t.Errorf("cluster %+v", c)
		}
	}
	if total != 61 || len(r.Clusters.Clusters) < 3 || r.Balance.Evenness < 0.99 || len(r.Balance.Categories) != 3 {
		t.Errorf("%d images in %d clusters; balance %+v", total, len(r.Clusters.Clusters), r.Balance)
	}
}

func TestCareFilter(t *testing.T) {
	db := storetest.New(t, curated())
	s := NewService(db, nil)
	cat, none := "cat", ""
	for name, test := range map[string]struct {
		filter                      CareFilter
		matching, groups, inCluster int
	}{
		"category":        {CareFilter{Category: &cat}, 21, 0, 21},
		"no such":         {CareFilter{Category: &none}, 0, 0, 0},
		"part of a name":  {CareFilter{Name: "COPY"}, 1, 1, 1},
		"pattern":         {CareFilter{Name: "dog/*"}, 20, 1, 20},
		"bytes":           {CareFilter{Size: store.Range{Max: 1}}, 0, 0, 0},
		"pixels":          {CareFilter{Width: store.Range{Min: 8, Max: 8}}, 61, 1, 61},
		"all of these":    {CareFilter{Name: "*.png", Category: &cat, Height: store.Range{Min: 2}}, 21, 0, 21},
		"pixels too many": {CareFilter{Height: store.Range{Min: 9}}, 0, 0, 0},
	} {
		r, err := s.Care(t.Context(), CareRequest{Layer: "late", Filter: test.filter})
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, c := range r.Clusters.Clusters {
			total += len(c.ImageIDs)
		}
		if r.Matching != test.matching || len(r.NearDuplicates.Groups) != test.groups || total != test.inCluster || r.Images != 61 {
			t.Errorf("%s: %d matching, %d groups, %d in clusters", name, r.Matching, len(r.NearDuplicates.Groups), total)
		}
	}
}

func TestCareStateRoundTrip(t *testing.T) {
	category := "c&t=1"
	for _, want := range []careState{
		{}, {dataset: "d/1", model: "m", layer: "l", pooling: "gem:3/2x2", section: careClusters, page: 3,
			filter: CareFilter{Category: &category, Name: "*ü?", Width: store.Range{Min: 3}, Size: store.Range{Min: 1, Max: 9}}},
	} {
		address, err := url.Parse(want.url())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readCareState(address.Query()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s reads as %+v, %v", want.url(), got, err)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "640": 640, "20k": 20480, " 1.5 M ": 1572864, "2GiB": 2 << 30, "3kb": 3072, "7 B": 7} {
		if got, ok := parseSize(text); !ok || got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "k", "-1", "1e9", "NaN", "inf", "1.2.3", "12 apples", "99999999999G", "0x10", "+5"} {
		if got, ok := parseSize(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	f.Add("1.5MiB")
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := parseSize(text); ok && n < 0 {
			t.Errorf("%q is %d", text, n)
		}
	})
}

// On names without slashes, patterns of * and ? mean what the shell means by them.
func FuzzNameMatches(f *testing.F) {
	f.Add("*a?c*", "xxabcyy")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		got := nameMatches(pattern, name)
		if !strings.ContainsAny(pattern, "*?") || strings.ContainsAny(pattern+name, `[]\/`) || strings.ToValidUTF8(pattern+name, "") != pattern+name {
			return
		}
		if want, err := path.Match(strings.ToLower(pattern), strings.ToLower(name)); err != nil || got != want {
			t.Errorf("%q and %q: %v, the shell says %v, %v", pattern, name, got, want, err)
		}
	})
}

func TestCareOrder(t *testing.T) {
	for name, test := range map[string]struct {
		form url.Values
		want careOrder
	}{
		"delete":       {url.Values{"do": {"delete"}, "image": {"3", "1", "3"}}, careOrder{"delete", []int64{1, 3}, map[int64]string{}}},
		"only these":   {url.Values{"do": {"delete:7,5"}, "image": {"3"}}, careOrder{"delete", []int64{5, 7}, map[int64]string{}}},
		"move":         {url.Values{"do": {"move"}, "image": {"3"}, "to": {" owl "}}, careOrder{"move", []int64{3}, map[int64]string{3: "owl"}}},
		"to none":      {url.Values{"do": {"move"}, "image": {"3"}, "none": {"1"}}, careOrder{"move", []int64{3}, map[int64]string{3: ""}}},
		"as suggested": {url.Values{"do": {"suggested"}, "image": {"3", "4"}, "suggestion": {"3:a:b"}}, careOrder{"suggested", []int64{3}, map[int64]string{3: "a:b"}}},
	} {
		if got, err := readCareOrder(test.form); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, form := range map[string]url.Values{
		"nothing":            {},
		"no such action":     {"do": {"burn"}, "image": {"1"}},
		"none selected":      {"do": {"delete"}},
		"no id":              {"do": {"delete"}, "image": {"cat"}},
		"no category":        {"do": {"move"}, "image": {"1"}},
		"a control letter":   {"do": {"move"}, "image": {"1"}, "to": {"a\nb"}},
		"no suggestion":      {"do": {"suggested"}, "image": {"1"}},
		"a spoilt one":       {"do": {"suggested"}, "image": {"1"}, "suggestion": {"cat"}},
		"an empty named one": {"do": {"delete:"}, "image": {"1"}},
	} {
		if _, err := readCareOrder(form); !isBadRequest(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCareOrder(f *testing.F) {
	f.Add("delete:1,2", "3", "4:cat", "owl")
	f.Fuzz(func(t *testing.T, do, image, suggestion, to string) {
		o, err := readCareOrder(url.Values{"do": {do}, "image": {image}, "suggestion": {suggestion}, "to": {to}})
		if err != nil && !isBadRequest(err) || err == nil && len(o.images) == 0 {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestCareReturn(t *testing.T) {
	for address, want := range map[string]string{
		"/care?dataset=d&page=2": "/care?dataset=d&page=2#staged", "https://evil.example/care": "/care?dataset=pets", "//evil.example/care": "/care?dataset=pets",
		"/search": "/care?dataset=pets", "": "/care?dataset=pets", "\x00": "/care?dataset=pets",
	} {
		if got := careReturn(address, "pets"); got != want {
			t.Errorf("%q leads to %q", address, got)
		}
	}
}
