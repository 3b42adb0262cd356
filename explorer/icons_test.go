package explorer

import (
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Layer 1 has no picture, layer 2 has one: who asks for either gets that of layer 2, once on the sheet.
func TestIcons(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	_, err := db.PutVisualization(t.Context(), store.NewVisualization{
		LayerID: 2, Objective: "channel:1", Parameters: []byte(`{}`), Size: 16, Curve: []float32{1}, PNG: storetest.PNG(16, 16, 1),
	})
	if err != nil {
		t.Fatal(err)
	}
	icons, err := Icons(t.Context(), db, [][]int64{{1}, {2}, {1, 2}, {}})
	if err != nil {
		t.Fatal(err)
	}
	if icons[0] != nil || icons[1] == nil || icons[2] != icons[1] || icons[3] != nil {
		t.Fatalf("icons %v", icons)
	}
	if c := icons[1]; c.SheetWidth() != 512 || c.SheetHeight() != 64 || c.Sheet == "" {
		t.Errorf("cell %+v", c)
	}
}
