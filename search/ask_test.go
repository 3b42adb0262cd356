package search

import (
	"context"
	"math"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestReadAsk(t *testing.T) {
	image := func(name string, weight float64) Part { return Part{Kind: KindImage, Value: name, Weight: weight} }
	tests := map[string]Ask{
		"":                     {},
		"image=cat%2F1.png":    {image("cat/1.png", 1)},
		"image=a&crop=1,2,3,4": {{Kind: KindImage, Value: "a", Weight: 1, Crop: Crop{X: 1, Y: 2, Width: 3, Height: 4}}},
		"image=a&crop_x=1&crop_y=2&crop_w=3&crop_h=4": {{Kind: KindImage, Value: "a", Weight: 1, Crop: Crop{X: 1, Y: 2, Width: 3, Height: 4}}},
		"image=a&crop_x=&crop_y=&crop_w=&crop_h=":     {image("a", 1)},
		"saved=007":                       {{Kind: KindSaved, Value: "7", Weight: 1}},
		"plus=a.png&plus=2*image:b:c@2*d": {image("a.png", 1), image("b:c@2*d", 2)},
		"image=a&minus=0.5*image:b":       {image("a", 1), image("b", -0.5)},
		"plus=2*1,2,3,4@id:9":             {{Kind: KindID, Value: "9", Weight: 2, Crop: Crop{X: 1, Y: 2, Width: 3, Height: 4}}},
		"plus=channel:17/max":             {{Kind: KindChannel, Value: "17", Weight: 1}},
		"plus=point:1-2!umap!m!l":         {{Kind: KindPoint, Value: "1-2!umap!m!l", Weight: 1}},
	}
	for query, want := range tests {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadAsk(values)
		if err != nil || len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%q reads as %+v, %v; want %+v", query, got, err, want)
		}
	}
	for query, says := range map[string]string{
		"minus=image:a": "shall be like", "plus=channel:1&plus=image:a": "alone", "minus=channel:1": "alone", "plus=imge:a": "choose image, id",
		"crop=1,2,3,4": "Say what is cropped", "image=a&crop=1,2,0,4": "is none", "image=a&crop=-1,2,3,4": "is none", "plus=0*image:a": "weight",
		"plus=NaN*image:a": "weight", "plus=lasso:1-2!umap!m!l": "between 3", "plus=point:1-2!umap!m": "names its map", "plus=channel:1/min": "is neither",
		"plus=1,1,2,2@channel:3": "Only a picture", "saved=0": "from 1 on", "image=a&" + strings.Repeat("plus=b&", 40): "at most 32",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAsk(values); !isBadRequest(err) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", query, err, says)
		}
	}
}

// Whatever an address says, what is written of it reads as the same.
func FuzzReadAsk(f *testing.F) {
	for _, query := range []string{"image=a&crop=1,2,3,4", "plus=2*1,2,3,4@id:9&minus=x", "plus=lasso:1-2~3-4~5-6!umap!m!a%2521b!gem:3/2x2", "plus=channel:3/mean",
		"upload=T&plus=saved:4&crop_x=1", "plus=%2a%40:", "plus=point:65535-0!pca!%!!"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		a, err := ReadAsk(values)
		if err != nil {
			if !isBadRequest(err) {
				t.Fatalf("%v is not a sentence for the visitor", err)
			}
			return
		}
		again, err := ReadAsk(a.Values())
		if err != nil || again.Values().Encode() != a.Values().Encode() {
			t.Fatalf("%q became %q, then %q, %v", query, a.Values().Encode(), again.Values().Encode(), err)
		}
		for _, p := range a {
			one, err := ParsePart(p.Text())
			one.Weight = math.Copysign(one.Weight, p.Weight)
			if err != nil || one != p {
				t.Fatalf("part %q reads as %+v, %v; want %+v", p.Text(), one, err, p)
			}
		}
	})
}

// Worked by hand: (3, 4) has the length 5 and the direction (0.6, 0.8); (0, 2) has 2 and (0, 1).
func TestBlend(t *testing.T) {
	a, b, c := []float32{3, 4}, []float32{0, 2}, []float32{5, 0}
	tests := []struct {
		name    string
		vectors [][]float32
		weights []float64
		want    []float64 // nil: they cancel out
	}{
		{"one alone stays what it is", [][]float32{a}, []float64{3}, []float64{3, 4}},
		// (0.6, 1.8) of length √3.6; the mean length is 3.5.
		{"two alike", [][]float32{a, b}, []float64{1, 1}, []float64{3.5 * 0.6 / math.Sqrt(3.6), 3.5 * 1.8 / math.Sqrt(3.6)}},
		// (0.6, 2.8) of length √8.2; lengths weigh (5 + 2·2) ÷ 3 = 3.
		{"two, one twice as heavy", [][]float32{a, b}, []float64{1, 2}, []float64{3 * 0.6 / math.Sqrt(8.2), 3 * 2.8 / math.Sqrt(8.2)}},
		// (0.6, 0.8) − ½·(1, 0) = (0.1, 0.8) of length √0.65; what is disliked has no say in the length, 5.
		{"one unlike", [][]float32{a, c}, []float64{1, -0.5}, []float64{5 * 0.1 / math.Sqrt(0.65), 5 * 0.8 / math.Sqrt(0.65)}},
		{"a vector of zeros has a length, no direction", [][]float32{c, {0, 0}}, []float64{1, 1}, []float64{2.5, 0}},
		{"they cancel out", [][]float32{a, {6, 8}}, []float64{1, -1}, nil},
		{"nothing is liked", [][]float32{a}, []float64{-1}, nil},
	}
	for _, tt := range tests {
		var blended blend
		for i, v := range tt.vectors {
			blended.add(v, tt.weights[i])
		}
		got, ok := blended.vector()
		if ok != (tt.want != nil) {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
			continue
		}
		for i, x := range tt.want {
			if math.Abs(float64(got[i])-x) > 1e-6 {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
	}
}

// asked searches on a line of images at 0, 1, 2, … and returns the ranked names.
func asked(t *testing.T, s *Service, query string) (*Page, []string) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	ask, err := ReadAsk(values)
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Search(t.Context(), Request{Ask: ask, Metric: store.Euclidean})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var names []string
	for _, h := range page.Results {
		names = append(names, h.Name)
	}
	return page, names
}

// corners are four images in the corners of a square, and one in its middle.
func corners() storetest.Spec {
	vectors := [][]float32{{1, 0}, {0, 1}, {2, 0}, {0, 2}, {1, 1}}
	images := make([]storetest.Image, len(vectors))
	for i := range images {
		images[i] = storetest.Image{Name: string(rune('a'+i)) + ".png", Category: []string{"right", "up", "right", "up", "both"}[i], Data: storetest.PNG(8, 8, i)}
	}
	return storetest.Spec{Images: images, Layers: []string{"late"}, Dimension: 2, Channels: 2, Vector: func(i, _ int) []float32 { return vectors[i] }}
}

func TestSearchWithSeveral(t *testing.T) {
	s := NewService(storetest.New(t, corners()), nil)
	page, names := asked(t, s, "plus=image:a.png&plus=image:b.png")
	// The direction is (1, 1)/√2, the length 1: e, in the middle, is nearest.
	if names[0] != "e.png" || page.Compared != 3 || page.Query.Category != "" || page.Score != nil {
		t.Errorf("a and b find %v of %d: %+v", names, page.Compared, page.Query)
	}
	if page, _ := asked(t, s, "plus=image:a.png&plus=image:c.png"); page.Query.Category != "right" || page.Score == nil {
		t.Errorf("two of one category: %+v", page.Query)
	}
	page, names = asked(t, s, "plus=image:e.png&minus=0.9*image:b.png")
	if names[0] != "a.png" || len(names) != 3 || page.Query.Name != "e.png − b.png" || page.Query.Parts[1].Weight != -0.9 {
		t.Errorf("e without b finds %v: %+v", names, page.Query)
	}
	_, err := s.Search(t.Context(), Request{Ask: Ask{{Kind: KindImage, Value: "a.png", Weight: 1}, {Kind: KindImage, Value: "c.png", Weight: -1}}})
	if !isBadRequest(err) || !strings.Contains(err.Error(), "cancel out") {
		t.Errorf("a without c, of the same direction: %v", err)
	}
}

func TestSearchByChannel(t *testing.T) {
	db := storetest.New(t, corners())
	s := NewService(db, nil)
	page, names := asked(t, s, "plus=channel:1")
	embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range page.Results {
		_, highest, err := db.ChannelStats(t.Context(), embeddings[0].ID, h.ImageID)
		if err != nil || h.Activation == nil || *h.Activation != float64(highest[1]) {
			t.Errorf("%s has %v, stored %v, %v", h.Name, h.Activation, highest, err)
		}
		if i > 0 && *h.Activation > *page.Results[i-1].Activation || math.Abs(h.Distance-(*page.Results[0].Activation-*h.Activation)) > 1e-12 {
			t.Errorf("result %d of %v: %+v", i, names, h)
		}
	}
	if len(names) != 5 || *page.Query.Channel != 1 || page.Score != nil {
		t.Errorf("channel 1: %v, %+v", names, page.Query)
	}
}

// The four images of a square lie on the map as their vectors do.
func TestSearchOnTheMap(t *testing.T) {
	db := storetest.New(t, corners())
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.PutProjection(store.NewProjection{EmbeddingID: 1, Method: store.PCA, Parameters: []byte(`{}`),
			ImageIDs: []int64{1, 2, 3, 4, 5}, X: []float32{1, 0, 2, 0, 1}, Y: []float32{0, 1, 0, 2, 1}})
	})
	if err != nil {
		t.Fatal(err)
	}
	s := NewService(db, nil)
	page, names := asked(t, s, "plus=lasso:20000-0~65535-0~65535-20000~20000-20000!pca!tiny!late") // around a and c
	if !reflect.DeepEqual(page.Query.Parts[0].Images, []int64{1, 3}) || page.Compared != 3 || names[0] != "e.png" {
		t.Errorf("a lasso around a and c finds %v of %d: %+v", names, page.Compared, page.Query.Parts)
	}
	page, names = asked(t, s, "plus=point:60000-0!pca!tiny!late") // near c, which is found
	if names[0] != "c.png" || page.Compared != 5 || len(page.Query.Parts[0].Images) != 5 || page.Query.Parts[0].Images[0] != 3 {
		t.Errorf("a place beside c finds %v of %d: %+v", names, page.Compared, page.Query.Parts)
	}
	values := url.Values{"plus": {"lasso:1-1~2-1~2-2!pca!tiny!late"}}
	ask, err := ReadAsk(values)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Search(t.Context(), Request{Ask: ask}); !isBadRequest(err) || !strings.Contains(err.Error(), "no image inside") {
		t.Errorf("a lasso around nothing: %v", err)
	}
}

// counting counts how often a network looks.
type counting struct {
	Embedder
	looks int
}

func (c *counting) Embed(ctx context.Context, all []store.Embedding, picture []byte) ([][]float32, error) {
	c.looks++
	return c.Embedder.Embed(ctx, all, picture)
}

func TestCropsAreLookedAtOnce(t *testing.T) {
	embedder := &counting{Embedder: nearestTo{1, 0, 0, 0, 0, 0, 0, 0}}
	db := storetest.New(t, storetest.Spec{})
	s := NewService(db, embedder)
	for _, metric := range []store.Metric{store.Cosine, store.Euclidean, store.Cosine} {
		values := url.Values{"image": {"cat/000.png"}, "crop": {"1,1,3,3"}}
		ask, err := ReadAsk(values)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.Search(t.Context(), Request{Ask: ask, Metric: metric, Layer: "late"})
		if err != nil {
			t.Fatal(err)
		}
		if page.Query.ImageID != 0 || *page.Query.Crop != (Crop{X: 1, Y: 1, Width: 3, Height: 3}) || page.Compared != 5 || page.Query.Category != "cat" {
			t.Errorf("%+v, %d compared", page.Query, page.Compared)
		}
	}
	if embedder.looks != 1 {
		t.Errorf("three metrics took %d looks", embedder.looks)
	}
	_, err := s.Search(t.Context(), Request{Ask: Ask{{Kind: KindImage, Value: "cat/000.png", Weight: 1, Crop: Crop{X: 4, Y: 4, Width: 5, Height: 4}}}})
	if !isBadRequest(err) || !strings.Contains(err.Error(), "8 × 8 pixels") {
		t.Errorf("a crop that reaches beyond: %v", err)
	}
	_, err = NewService(db, nil).Search(t.Context(), Request{Ask: Ask{{Kind: KindImage, Value: "cat/000.png", Weight: 1, Crop: Crop{X: 0, Y: 0, Width: 4, Height: 4}}}})
	if err == nil || !strings.Contains(err.Error(), "without an inference runtime") {
		t.Errorf("a crop without a network: %v", err)
	}
}
