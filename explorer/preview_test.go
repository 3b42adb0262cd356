package explorer

import (
	"fmt"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestPreview(t *testing.T) {
	tests := []struct {
		made []int
		want string
	}{
		{nil, "[]"},
		{evenly(30, 64), "[0 14 29 44]"},
		{evenly(4, 64), "[0 32 16 48]"},
		{[]int{5, 62}, "[5 62]"}, // not where the command puts them by itself
	}
	for _, tt := range tests {
		db := storetest.New(t, storetest.Spec{Channels: 64, Images: storetest.Images(1, "cat")})
		for _, channel := range tt.made {
			_, err := db.PutVisualization(t.Context(), store.NewVisualization{LayerID: 1, Objective: fmt.Sprintf("channel:%d", channel),
				Parameters: []byte(`{}`), Size: 8, PNG: storetest.PNG(8, 8, channel)})
			if err != nil {
				t.Fatal(err)
			}
		}
		w := &web{db: db}
		tiles, err := w.preview(t.Context(), store.Layer{ID: 1, NewLayer: store.NewLayer{Channels: 64}}, Layer{URL: "/l"})
		if err != nil {
			t.Fatal(err)
		}
		got := []int{}
		for _, tile := range tiles {
			got = append(got, tile.Channel)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("of %v: %v, want %s", tt.made, got, tt.want)
		}
	}
}
