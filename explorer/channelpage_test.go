package explorer

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

func TestChannelPictures(t *testing.T) {
	other := []byte(`{"steps": 512, "count": 3}`)
	set := func(v store.Visualization) store.Visualization {
		v.Parameters, v.ParametersSHA256 = other, sha256.Sum256(other)
		return v
	}
	p := &place{model: store.Model{Name: "m"}, layers: []store.Layer{{NewLayer: store.NewLayer{Name: "l", Channels: 9}}}}
	all := []store.Visualization{ // as the store orders them
		visualization(9, "channel:-3", 3, 0, 5),
		visualization(8, "channel:3", 3, 0, 4),
		set(visualization(5, "channel:3", 3, 0, 2)),
		visualization(2, "channel:3", 3, 0, 1.5),
		set(visualization(6, "channel:3", 3, 1, 2)),
		set(visualization(7, "channel:3", 3, 2, 0)),
	}
	page := p.channelPage(3, all)
	ids := func(list []Picture) (ids []int64) {
		for _, picture := range list {
			ids = append(ids, picture.ID)
		}
		return ids
	}
	if page.Picture.ID != 8 || page.Negative.ID != 9 || !slices.Equal(ids(page.Diverse), []int64{5, 6}) || !slices.Equal(ids(page.Earlier), []int64{2}) {
		t.Errorf("picture %d, negative %d, diverse %v, earlier %v", page.Picture.ID, page.Negative.ID, ids(page.Diverse), ids(page.Earlier))
	}
	if page.Previous.Name != "2" || page.Next.Name != "4" || len(page.Settings) == 0 || page.Curve.Line == "" {
		t.Errorf("page %+v", page)
	}
	if first, last := p.channelPage(0, nil), p.channelPage(8, nil); first.Previous != nil || last.Next != nil || first.Picture != nil {
		t.Error("there are channels beyond the first and the last one")
	}
	for _, text := range []string{"", "-1", "9", "+3", "03", "3.0", "x", "99999999999999999999"} {
		if _, err := p.channel(text); err == nil {
			t.Errorf("there is a channel %q", text)
		}
	}
}
