package search

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// two channels of 2 × 2 cells: 3, 4 … so that lengths are whole numbers.
var quartets = [][]float32{
	{3, 0, 0, 0, 4, 0, 0, 0},
	{4, 0, 0, 0, 3, 0, 0, 0},
	{0, 5, 0, 0, 0, 0, 0, 0},
	{-3, 0, 0, 0, 4, 0, 0, 0},
	{0, 0, 0, 0, 0, 0, 0, 0},
}

func quartetStore(t *testing.T) *store.DB {
	return storetest.New(t, storetest.Spec{
		Dataset: "pairs", Images: storetest.Images(len(quartets), "a"), Dimension: 8, Channels: 2,
		Vector: func(image, layer int) []float32 {
			if layer == 1 {
				return quartets[(image+1)%len(quartets)]
			}
			return quartets[image]
		},
	})
}

func TestWhyByHand(t *testing.T) {
	s := NewService(quartetStore(t), nil)
	for _, c := range []struct {
		with       string
		similarity float64
		channels   []ChannelShare
		cells      []float64
	}{
		{"a/001.png", 24.0 / 25, []ChannelShare{{0, 12.0 / 25}, {1, 12.0 / 25}}, []float64{24.0 / 25, 0, 0, 0}},
		{"a/002.png", 0, []ChannelShare{{0, 0}, {1, 0}}, []float64{0, 0, 0, 0}},
		{"a/003.png", 7.0 / 25, []ChannelShare{{1, 16.0 / 25}, {0, -9.0 / 25}}, []float64{7.0 / 25, 0, 0, 0}},
		{"a/004.png", 0, []ChannelShare{{0, 0}, {1, 0}}, []float64{0, 0, 0, 0}}, // no direction at all
	} {
		why, err := s.Why(t.Context(), WhyRequest{Request: Request{Layer: "early", Ask: AskFor("a/000.png")}, With: c.with})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(why.Similarity-c.similarity) > 1e-12 || why.Grid != 2 || why.With.Name != c.with {
			t.Errorf("%s: similarity %v, grid %d", c.with, why.Similarity, why.Grid)
		}
		for i, want := range c.channels {
			if got := why.Channels[i]; got.Channel != want.Channel || math.Abs(got.Share-want.Share) > 1e-12 {
				t.Errorf("%s: channel at %d is %+v, want %+v", c.with, i, got, want)
			}
		}
		for i, want := range c.cells {
			if math.Abs(why.Cells[i]-want) > 1e-12 {
				t.Errorf("%s: cell %d adds %v, want %v", c.with, i, why.Cells[i], want)
			}
		}
	}
}

func TestWhyAtLayers(t *testing.T) {
	s := NewService(quartetStore(t), nil)
	why, err := s.Why(t.Context(), WhyRequest{Request: Request{Layer: "early", Ask: AskFor("a/000.png")}, With: "a/003.png"})
	if err != nil {
		t.Fatal(err)
	}
	if len(why.Layers) != 2 || !why.Layers[0].Current || why.Layers[1].Current {
		t.Fatalf("layers %+v", why.Layers)
	}
	if early := why.Layers[0]; early.Rank != 2 || early.Compared != 4 || math.Abs(early.Similarity-7.0/25) > 1e-12 {
		t.Errorf("at the layer asked about: %+v", early)
	}
	if late := why.Layers[1]; late.Similarity != 0 {
		t.Errorf("a vector without a direction is similar to nothing, but: %+v", late)
	}
}

func TestWhyRefuses(t *testing.T) {
	s := NewService(quartetStore(t), nil)
	for with, word := range map[string]string{"": "with=NAME", "nobody.png": "nobody.png"} {
		_, err := s.Why(t.Context(), WhyRequest{Request: Request{Ask: AskFor("a/000.png")}, With: with})
		var bad BadRequest
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), word) {
			t.Errorf("with %q: %v", with, err)
		}
	}
}
