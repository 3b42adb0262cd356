package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store"
)

// found is a part of a query that has been looked up.
type found struct {
	Part
	image         store.Image // of the dataset
	name          string
	sum           [32]byte // of the whole picture's bytes
	width, height int      // of the whole picture; 0 where it cannot be told
	members       []member // of a lasso or a point
	channel       channelPart

	bytes func(ctx context.Context) ([]byte, error) // of the whole picture
}

// member is an image that stands for a place on a map.
type member struct {
	id     int64
	weight float64
}

// lookUp finds what a part names.
func (s *Service) lookUp(ctx context.Context, p Part, d store.Dataset) (found, error) {
	f := found{Part: p, name: p.Value}
	var err error
	switch p.Kind {
	case KindImage, KindID:
		f.image, err = s.imageOf(ctx, p, d)
		f.isImage(s)
	case KindUpload:
		err = f.isUpload()
	case KindSaved:
		err = f.isSaved(ctx, s)
	case KindLasso, KindPoint:
		err = f.isMapped(ctx, s, d)
	case KindChannel:
		f.channel, err = parseChannel(p.Value)
		f.name = "channel " + strconv.Itoa(f.channel.number)
	}
	if err == nil && !p.Crop.IsZero() {
		err = f.fitCrop(ctx)
	}
	return f, err
}

func (f *found) isImage(s *Service) {
	f.name, f.sum, f.width, f.height = f.image.Name, f.image.SHA256, f.image.Width, f.image.Height
	id := f.image.ID
	f.bytes = func(ctx context.Context) ([]byte, error) {
		data, _, err := s.db.Original(ctx, id)
		return data, err
	}
}

// isUpload reads the picture's size; one that cannot be read is refused by who looks at it.
func (f *found) isUpload() error {
	if f.Picture == nil {
		return badRequestf("A picture that you have sent is known to this server's pages only: send it with the request.")
	}
	f.name, f.sum = f.Picture.Name, sha256.Sum256(f.Picture.Data)
	if info, err := imaging.Inspect(f.Picture.Data, imaging.Limits{}); err == nil {
		f.width, f.height = info.Width, info.Height
	}
	data := f.Picture.Data
	f.bytes = func(context.Context) ([]byte, error) { return data, nil }
	return nil
}

func (f *found) isSaved(ctx context.Context, s *Service) error {
	id, err := strconv.ParseInt(f.Value, 10, 64)
	if err != nil {
		return badRequestf("%q is no number of a saved picture.", f.Value)
	}
	saved, err := s.db.SavedQuery(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return say(store.ErrNotFound, "There is no saved picture %d: it may have been removed.", id)
	}
	f.name, f.sum, f.width, f.height = saved.Name, saved.SHA256, saved.Width, saved.Height
	f.bytes = func(ctx context.Context) ([]byte, error) {
		data, _, err := s.db.SavedPicture(ctx, id)
		return data, err
	}
	return err
}

// fitCrop refuses a crop that reaches beyond its picture.
func (f *found) fitCrop(ctx context.Context) error {
	if f.width == 0 {
		data, err := f.bytes(ctx)
		if err != nil {
			return err
		}
		_, err = imaging.Inspect(data, imaging.Limits{})
		return badPicture(err)
	}
	return badCrop(f.Crop.Within(f.name, f.width, f.height))
}

func badPicture(err error) error {
	var refused *imaging.Error
	if errors.As(err, &refused) {
		return badRequestf("This picture cannot be used: %v", refused)
	}
	return err
}

// cut is the file that is looked at: the whole picture, or the crop as a file of its own with the very same pixels.
func (f found) cut(ctx context.Context) ([]byte, error) {
	data, err := f.bytes(ctx)
	if err != nil || f.Crop.IsZero() {
		return data, err
	}
	return CutOut(data, f.Crop)
}

// CutOut is a part of a picture as a PNG. What is wrong with picture or crop is a [BadRequest].
func CutOut(data []byte, c Crop) ([]byte, error) {
	part, err := cutPicture(data, c)
	if err != nil {
		return nil, err
	}
	return part.PNG()
}

func cutPicture(data []byte, c Crop) (*imaging.Picture, error) {
	part, err := imaging.CutOut(data, c)
	return part, badPicture(err)
}

// stored reports whether the part's vectors are in the file at every layer: nothing has to be looked at.
func (f found) stored() bool { return f.members != nil || f.image.ID != 0 && f.Crop.IsZero() }

// images are those that the part is made of. They are not among the results, but for a point's, which are what lies there.
func (f found) images() []int64 {
	if f.image.ID != 0 {
		return []int64{f.image.ID}
	}
	if f.Kind != KindLasso {
		return nil
	}
	ids := make([]int64, len(f.members))
	for i, m := range f.members {
		ids[i] = m.id
	}
	return ids
}

// imageOf finds an image of the dataset by its id or its name; by its file name alone, where no other folder has a file of
// that name.
func (s *Service) imageOf(ctx context.Context, p Part, d store.Dataset) (store.Image, error) {
	if p.Kind == KindID {
		return s.imageByID(ctx, p.Value, d)
	}
	img, err := s.db.ImageByName(ctx, d.ID, p.Value)
	if !errors.Is(err, store.ErrNotFound) {
		return img, err
	}
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID})
	if err != nil {
		return img, err
	}
	images = slices.DeleteFunc(images, func(img store.Image) bool { return path.Base(img.Name) != p.Value })
	switch len(images) {
	case 0:
		return img, badRequestf("There is no image %q in dataset %q.", p.Value, d.Name)
	case 1:
		return images[0], nil
	default:
		return img, badRequestf("Dataset %q has %d images %q: say which one with its folder, such as %q or %q.",
			d.Name, len(images), p.Value, images[0].Name, images[1].Name)
	}
}

func (s *Service) imageByID(ctx context.Context, text string, d store.Dataset) (store.Image, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return store.Image{}, badRequestf("%q is no image id.", text)
	}
	img, err := s.db.Image(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && img.DatasetID != d.ID {
		return store.Image{}, badRequestf("There is no image %d in dataset %q.", id, d.Name)
	}
	return img, err
}

func (s *Service) firstImage(ctx context.Context, d store.Dataset) (store.Image, error) {
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, Limit: 1})
	if err != nil {
		return store.Image{}, err
	}
	if len(images) == 0 {
		return store.Image{}, say(ErrEmpty, "Dataset %q has no images. Run convnet ingest to bring some in.", d.Name)
	}
	return images[0], nil
}

// partOf describes a found part for whoever reads the answer.
func (f found) partOf() QueryPart {
	p := QueryPart{Part: f.Text(), Kind: f.Kind, Weight: f.Weight, Name: f.name, Category: f.image.Category, ImageID: f.image.ID, Width: f.width, Height: f.height}
	if f.bytes != nil {
		p.SHA256 = hex.EncodeToString(f.sum[:])
	}
	if !f.Crop.IsZero() {
		p.Crop = &f.Crop
	}
	for _, m := range f.members {
		p.Images = append(p.Images, m.id)
	}
	if f.Kind == KindChannel {
		p.Name = fmt.Sprintf("channel %d", f.channel.number)
	}
	return p
}
