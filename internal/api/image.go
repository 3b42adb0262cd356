package api

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"path"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Image is a stored picture.
type Image struct {
	ID       int64  `json:"id"`
	SHA256   string `json:"sha256" doc:"Of the original's bytes: the image's identity."`
	Name     string `json:"name" doc:"File name."`
	Category string `json:"category" doc:"Empty for an image without one."`
	Format   string `json:"format" doc:"Of the original: jpeg, png, gif or webp."`
	Width    int    `json:"width" doc:"Pixels, upright."`
	Height   int    `json:"height" doc:"Pixels, upright."`
	Size     int64  `json:"size" doc:"Bytes of the original."`
	Links    Links  `json:"links"`
}

func newImage(d store.Dataset, i store.Image) Image {
	id := strconv.FormatInt(i.ID, 10)
	self := func(part ...string) string {
		return address(append([]string{"datasets", d.Name, "images", id}, part...)...)
	}
	return Image{ID: i.ID, SHA256: hex.EncodeToString(i.SHA256[:]), Name: i.Name, Category: i.Category, Format: i.Format,
		Width: i.Width, Height: i.Height, Size: i.Size, Links: Links{
			"self": self(), "original": self("original"), "thumbnail": self("thumbnail"), "neighbors": address("datasets", d.Name, "neighbors") + "?image=" + id,
		}}
}

func (a *API) listImages(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	p, err := r.paging()
	if err != nil {
		return err
	}
	f := store.ImageFilter{DatasetID: d.ID, Category: r.query.text("category"), Name: r.query.Get("name"), Limit: p.limit + 1}
	if f.After, err = p.afterID(); err != nil {
		return err
	}
	for name, bounds := range map[string]*store.Range{"width": &f.Width, "height": &f.Height, "size": &f.Size} {
		if *bounds, err = r.query.bounds(name); err != nil {
			return err
		}
	}
	found, err := a.DB.Images(r.Request().Context(), f)
	if err != nil {
		return err
	}
	all := make([]Image, len(found))
	for i, img := range found {
		all[i] = newImage(d, img)
	}
	return respondList(r, all, p, func(i Image) string { return strconv.FormatInt(i.ID, 10) })
}

// afterID is the key of a list that the store reads by id; 0 is the front.
func (p paging) afterID() (int64, error) {
	if p.after == "" {
		return 0, nil
	}
	id, err := strconv.ParseUint(p.after, 10, 62)
	if err != nil || id == 0 {
		return 0, problemf(http.StatusBadRequest, "This is not a cursor of this list: take it from the next of a page.")
	}
	return int64(id), nil
}

func (a *API) getImage(r *request) error {
	d, img, err := a.image(r)
	if err != nil {
		return err
	}
	return r.json(newImage(d, img))
}

// image is the one that the address names.
func (a *API) image(r *request) (store.Dataset, store.Image, error) {
	d, err := a.dataset(r)
	if err != nil {
		return d, store.Image{}, err
	}
	img, err := a.imageOf(r.Request().Context(), d, r.Param("image"))
	return d, img, orNotFound(err, "There is no image %q in dataset %q: say its id, or the SHA-256 of its bytes.", r.Param("image"), d.Name)
}

// imageOf finds a dataset's image by its id or the hash of its bytes.
func (a *API) imageOf(ctx context.Context, d store.Dataset, text string) (store.Image, error) {
	if sha, err := hex.DecodeString(text); err == nil && len(sha) == 32 {
		return a.DB.DatasetImageBySHA256(ctx, d.ID, [32]byte(sha))
	}
	id, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return store.Image{}, store.ErrNotFound
	}
	img, err := a.DB.Image(ctx, int64(id))
	if err == nil && img.DatasetID != d.ID {
		err = store.ErrNotFound
	}
	return img, err
}

func (a *API) getOriginal(r *request) error { return a.picture(r, "", a.DB.Original) }

func (a *API) getThumbnail(r *request) error { return a.picture(r, "-thumbnail", a.DB.Thumbnail) }

type readPicture func(ctx context.Context, imageID int64) (data []byte, format string, err error)

func (a *API) picture(r *request, variant string, read readPicture) error {
	_, img, err := a.image(r)
	if err != nil {
		return err
	}
	return r.picture(stored{img.SHA256, variant, img.Name}, func(ctx context.Context) ([]byte, string, error) { return read(ctx, img.ID) })
}

// stored is what the bytes of a picture are known by.
type stored struct {
	sha256  [32]byte
	variant string // told apart from the original
	name    string
}

// picture answers with bytes whose tag is the hash of the original.
func (r *request) picture(s stored, read func(context.Context) ([]byte, string, error)) error {
	if r.unchanged(`"` + hex.EncodeToString(s.sha256[:]) + s.variant + `"`) {
		return r.NoContent(http.StatusNotModified)
	}
	data, format, err := read(r.Request().Context())
	if err != nil {
		return err
	}
	r.Response().Header().Set(echo.HeaderContentSecurityPolicy, picturePolicy)
	r.Response().Header().Set(echo.HeaderContentDisposition, saved(path.Base(s.name)))
	return r.Blob(http.StatusOK, "image/"+format, data)
}

// picturePolicy is for bytes that came from outside, should a browser ever take them for a page.
const picturePolicy = "default-src 'none'; sandbox"

// orNotFound says in the caller's words what was not found; other errors stay as they are.
func orNotFound(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return problemf(http.StatusNotFound, format, args...)
	}
	return err
}

// number reads a number from the path; one that cannot be an id is not there.
func (r *request) number(name string) (int64, error) {
	text, err := templates.PathParam(r, name)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return 0, problemf(http.StatusNotFound, "There is no %s %q: it has a number.", name, text)
	}
	return int64(id), nil
}
