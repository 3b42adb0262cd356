package api

import (
	"encoding/hex"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// getCare looks through a dataset.
func (a *API) getCare(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	ask := search.CareRequest{Dataset: d.Name, Model: r.query.Get("model"), Layer: r.query.Get("layer"), Pooling: r.query.Get("pooling")}
	if ask.Filter, err = r.query.careFilter(); err != nil {
		return err
	}
	report, err := a.Service.Care(r.Request().Context(), ask)
	if err != nil {
		return err
	}
	if r.format == formatCSV {
		return r.csv(search.CareFindings(report))
	}
	return r.json(report)
}

func (q query) careFilter() (f search.CareFilter, err error) {
	f.Category, f.Name = q.text("category"), q.Get("name")
	for name, to := range map[string]*store.Range{"width": &f.Width, "height": &f.Height, "size": &f.Size} {
		if *to, err = q.bounds(name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// Edit is a decision about an image.
type Edit struct {
	SHA256    string `json:"sha256" doc:"Of the image's bytes."`
	ImageID   *int64 `json:"image_id" doc:"Null when the image is not in the dataset any more."`
	Name      string `json:"name"`
	Action    string `json:"action" doc:"move or delete."`
	Category  string `json:"category" doc:"Where a move leads."`
	Was       string `json:"was" doc:"The image's category before."`
	Pending   bool   `json:"pending" doc:"True: staged, nothing has changed yet. False: committed, and heeded by later ingests."`
	CreatedAt string `json:"created_at" doc:"When it was staged or committed. RFC 3339, UTC."`
}

func (a *API) listEdits(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	stored, err := a.DB.Edits(r.Request().Context(), d.ID)
	if err != nil {
		return err
	}
	all := make([]Edit, len(stored))
	for i, e := range stored {
		all[i] = Edit{SHA256: hex.EncodeToString(e.SHA256[:]), Name: e.Name, Action: string(e.Action), Category: e.Category, Was: e.Was, Pending: e.Pending, CreatedAt: e.CreatedAt}
		if e.ImageID != 0 {
			all[i].ImageID = &e.ImageID
		}
	}
	return respondAll(r, all, func(e Edit) string {
		if e.Pending {
			return "0" + e.SHA256
		}
		return "1" + e.SHA256
	})
}
