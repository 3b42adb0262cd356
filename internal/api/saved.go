package api

import (
	"context"
	"encoding/hex"
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

// Saved is a picture that somebody has searched with and saved.
type Saved struct {
	ID        int64  `json:"id"`
	SHA256    string `json:"sha256" doc:"Of the picture's bytes."`
	Name      string `json:"name" doc:"File name."`
	Format    string `json:"format" doc:"jpeg, png, gif or webp."`
	Width     int    `json:"width" doc:"Pixels, upright."`
	Height    int    `json:"height" doc:"Pixels, upright."`
	Size      int64  `json:"size" doc:"Bytes."`
	CreatedAt string `json:"created_at" doc:"When it was saved. RFC 3339, UTC."`
	Links     Links  `json:"links"`
}

func newSaved(q store.SavedQuery) Saved {
	self := address("saved", strconv.FormatInt(q.ID, 10))
	return Saved{ID: q.ID, SHA256: hex.EncodeToString(q.SHA256[:]), Name: q.Name, Format: q.Format, Width: q.Width, Height: q.Height, Size: q.Size,
		CreatedAt: q.CreatedAt, Links: Links{"self": self, "picture": self + "/picture", "thumbnail": self + "/thumbnail"}}
}

func (a *API) listSaved(r *request) error {
	stored, err := a.DB.SavedQueries(r.Request().Context())
	if err != nil {
		return err
	}
	all := make([]Saved, len(stored))
	for i, q := range stored {
		all[i] = newSaved(q)
	}
	return respondAll(r, all, func(s Saved) string { return numberKey(s.ID) })
}

func (a *API) getSaved(r *request) error {
	q, err := a.saved(r)
	if err != nil {
		return err
	}
	return r.json(newSaved(q))
}

// saved is the picture that the address names.
func (a *API) saved(r *request) (store.SavedQuery, error) {
	id, err := r.number("saved")
	if err != nil {
		return store.SavedQuery{}, err
	}
	q, err := a.DB.SavedQuery(r.Request().Context(), id)
	return q, orNotFound(err, "There is no saved picture %d: it may have been removed.", id)
}

func (a *API) getSavedPicture(r *request) error { return a.savedPicture(r, "", a.DB.SavedPicture) }

func (a *API) getSavedThumbnail(r *request) error {
	return a.savedPicture(r, "-thumbnail", a.DB.SavedThumbnail)
}

func (a *API) savedPicture(r *request, variant string, read readPicture) error {
	q, err := a.saved(r)
	if err != nil {
		return err
	}
	return r.picture(stored{q.SHA256, variant, q.Name}, func(ctx context.Context) ([]byte, string, error) { return read(ctx, q.ID) })
}
