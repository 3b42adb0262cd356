package search

import (
	"net/url"
	"reflect"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

func TestSelectionRoundTrip(t *testing.T) {
	category, none := "ca&t=1", ""
	tests := map[string]selection{
		"nothing said": {},
		"everything said": {dataset: "d/1", model: "m", layer: "l", pooling: "gem:3/2x2", metric: store.Minkowski, p: 2.5, k: 30,
			ask: AskFor("a b/ü?#.png"), category: &category, page: 3, shuffle: 12},
		"an uploaded picture": {dataset: "d", metric: store.Cosine, k: 5, ask: Ask{{Kind: KindUpload, Value: "TOKEN", Weight: 1}}},
		"a crop":              {ask: Ask{{Kind: KindSaved, Value: "3", Weight: 1, Crop: Crop{X: 1, Y: 2, Width: 30, Height: 40}}}},
		"several": {ask: Ask{{Kind: KindImage, Value: "a:2*b@c.png", Weight: 2.5}, {Kind: KindID, Value: "7", Weight: 1, Crop: Crop{X: 0, Y: 0, Width: 8, Height: 8}},
			{Kind: KindLasso, Value: "1-2~3-4~5-6!umap!m!a/b%21!gem:3/2x2", Weight: 1}, {Kind: KindImage, Value: "c", Weight: -0.5}}},
		"a channel":            {ask: Ask{{Kind: KindChannel, Value: "17/mean", Weight: 1}}},
		"images without label": {category: &none},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			address, err := url.Parse(want.url())
			if err != nil {
				t.Fatal(err)
			}
			got, err := readSelection(address.Query())
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s reads as %+v, error %v", want.url(), got, err)
			}
		})
	}
}

func FuzzReadSelection(f *testing.F) {
	f.Add("dataset=d&metric=minkowski&p=3&k=15&page=2&category=")
	f.Add("shuffle=1&page=9")
	f.Add("k=9999999999999999999&p=NaN&metric=")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		s, err := readSelection(values)
		if err != nil {
			if !isBadRequest(err) {
				t.Fatalf("%v is not a sentence for the visitor", err)
			}
			return
		}
		again, err := url.Parse(s.url())
		if err != nil {
			t.Fatal(err)
		}
		if second, err := readSelection(again.Query()); err != nil || second.url() != s.url() {
			t.Errorf("%q became %q, then %q (%v)", query, s.url(), second.url(), err)
		}
	})
}

func TestNearNames(t *testing.T) {
	got := nearNames("CONV5_block16", []string{"conv1", "conv5_block16_concat", "pool", "conv5_block1"})
	if len(got) != 3 || got[0] != "conv5_block1" || got[1] != "conv5_block16_concat" {
		t.Errorf("got %v", got)
	}
}
