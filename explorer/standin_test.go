package explorer

import (
	"context"
	"net/url"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

// nobody is a network that is at hand and never asked.
type nobody struct{}

func (nobody) Look(context.Context, store.Model, []string, []byte) (*Sight, error) { return nil, nil }

func (nobody) Explain(context.Context, store.Model, Question, []byte) (*Explanation, error) {
	return nil, nil
}

// The images are those of TestStatisticsByHand: image 3 has the highest maximum of channel 0 and image 2 that of channel 2.
func TestStandIn(t *testing.T) {
	db := handWorked(t)
	images, err := db.Images(t.Context(), store.ImageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	at := &place{model: store.Model{Name: "demo", HasGraph: true}, layers: []store.Layer{{NewLayer: store.NewLayer{Name: "only"}}}}
	for _, test := range []struct {
		view        string
		least       bool
		prober      Prober
		path        string // of what is shown
		first, last int    // the images of channels 0 and 2
	}{
		{viewHeat, false, nobody{}, "/probe/map.jpg", 3, 2},
		{viewPeak, false, nobody{}, "/probe/peak.jpg", 3, 2},
		{viewHeat, true, nobody{}, "/probe/map.jpg", 1, 1},
		{viewPicture, false, nobody{}, "", 3, 2},
		{viewHeat, false, nil, "", 3, 2},
	} {
		w := &web{db: db, channels: NewChannels(db), probes: NewProbes(db, test.prober, "")}
		tiles := []Tile{{Channel: 0}, {Channel: 1, Picture: &Picture{}}, {Channel: 2}, {Channel: 7}}
		s := standing{place: at, dataset: "set", embeddingID: 1, view: test.view, least: test.least}
		if drawn, err := w.standIn(t.Context(), s, pointers(tiles)); err != nil || drawn != (test.path != "") {
			t.Fatalf("%+v: drawings %v, %v", test, drawn, err)
		}
		if tiles[1].StandIn != nil || tiles[3].StandIn != nil {
			t.Errorf("%+v: something stands in for a picture that is made, or for a channel that is not there", test)
		}
		for channel, number := range map[int]int{0: test.first, 2: test.last} {
			got, image := tiles[channel].StandIn, images[number-1]
			if got == nil || got.Name != image.Name {
				t.Errorf("%+v: %+v stands in for channel %d, want %s", test, got, channel, image.Name)
				continue
			}
			address, err := url.Parse(got.Picture)
			drawn := err == nil && address.Path == test.path && address.Query().Get("image") == image.Name
			if !drawn && (test.path != "" || got.Picture != "/thumbnails/"+hexOf(image.SHA256)) {
				t.Errorf("%+v: %s is shown for channel %d", test, got.Picture, channel)
			}
		}
	}
}
