package explorer

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
)

// probePicture is the picture that an address names, or the part of it.
type probePicture struct {
	image   *store.Image // nil: it is of no dataset
	sum     [32]byte     // hash of the whole file where it is stored; zero for what was only sent
	name    string
	address string
	data    []byte
}

// picture finds the picture, and says in the selection which one it took where the address does not say.
func (w *web) picture(c echo.Context, s *probeSelection) (p probePicture, err error) {
	switch {
	case s.upload != "":
		p, err = w.sentPicture(c, s.upload)
	case s.saved != "":
		p, err = w.savedPicture(c.Request().Context(), s.saved)
	default:
		p, err = w.imagePicture(c.Request().Context(), s)
	}
	if err != nil || s.crop.IsZero() {
		return p, err
	}
	part, err := imaging.CutOut(p.data, s.crop)
	var refused *imaging.Error
	if errors.As(err, &refused) {
		return p, Refuse(upload.ErrBad, "This picture cannot be used: %v", err)
	}
	if err != nil {
		return p, err
	}
	p.address += "?crop=" + s.crop.String()
	p.data, err = part.PNG()
	return p, err
}

func (w *web) sentPicture(c echo.Context, token string) (probePicture, error) {
	up, err := w.uploads.Find(c, token)
	return probePicture{name: up.Name, data: up.Data, address: "/uploads/" + url.PathEscape(token)}, err
}

func (w *web) savedPicture(ctx context.Context, number string) (probePicture, error) {
	id, err := strconv.ParseUint(number, 10, 62)
	if err != nil {
		return probePicture{}, notFoundf("There is no saved picture %q: it has a number.", number)
	}
	saved, err := w.db.SavedQuery(ctx, int64(id))
	if errors.Is(err, store.ErrNotFound) {
		return probePicture{}, notFoundf("There is no saved picture %d: it may have been removed.", id)
	}
	if err != nil {
		return probePicture{}, err
	}
	data, _, err := w.db.SavedPicture(ctx, saved.ID)
	return probePicture{sum: saved.SHA256, name: saved.Name, data: data, address: "/saved/" + strconv.FormatUint(id, 10) + "/picture"}, err
}

func (w *web) imagePicture(ctx context.Context, s *probeSelection) (probePicture, error) {
	image, err := w.datasetImage(ctx, s)
	if err != nil {
		return probePicture{}, err
	}
	s.image = image.Name
	data, _, err := w.db.Original(ctx, image.ID)
	return probePicture{&image, image.SHA256, image.Name, "/images/" + hexOf(image.SHA256), data}, err
}

// datasetImage is the image that a selection names, or the first of its dataset, or of the first dataset.
func (w *web) datasetImage(ctx context.Context, s *probeSelection) (store.Image, error) {
	datasets, err := w.db.Datasets(ctx)
	if err != nil {
		return store.Image{}, err
	}
	i := slices.IndexFunc(datasets, func(d store.Dataset) bool { return s.dataset == "" || s.dataset == d.Name })
	if i < 0 && s.dataset != "" {
		return store.Image{}, notFoundf("There is no dataset %q in this file.", s.dataset)
	}
	if i < 0 {
		return store.Image{}, Refuse(ErrProbeOff, "This file has no images yet. Run convnet ingest to bring some in.")
	}
	s.dataset = datasets[i].Name
	if s.image != "" {
		return w.db.ImageByName(ctx, datasets[i].ID, s.image)
	}
	images, err := w.db.Images(ctx, store.ImageFilter{DatasetID: datasets[i].ID, Limit: 1})
	if err == nil && len(images) == 0 {
		err = Refuse(ErrProbeOff, "Dataset %q has no images. Run convnet ingest to bring some in.", s.dataset)
	}
	if err != nil {
		return store.Image{}, err
	}
	return images[0], nil
}
