package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
)

// ImageVector is an image and its vector.
type ImageVector struct {
	ImageID  int64     `json:"image_id"`
	SHA256   string    `json:"sha256"`
	Name     string    `json:"name"`
	Category string    `json:"category"`
	Vector   []float32 `json:"vector"`
}

// ErrBroken is an answer that ended in the middle, after its status was sent: the connection must be cut, so that the
// caller does not take the part for the whole.
var ErrBroken = errors.New("the answer broke off")

// vectorWriter writes vectors in one format. All of them come through one at a time.
type vectorWriter interface {
	begin(total int) error // before the first
	write(v store.ImageVector) error
	end() error // after the last
}

func (a *API) listVectors(r *request) error {
	e, dataset, err := a.embedding(r)
	if err != nil {
		return err
	}
	p, err := r.paging()
	if err != nil {
		return err
	}
	page, err := r.vectorPage(p)
	if err != nil {
		return err
	}
	tag, err := a.vectorTag(r, e)
	if err != nil {
		return err
	}
	if r.unchanged(tag) {
		return r.NoContent(http.StatusNotModified)
	}
	r.Response().Header().Set(echo.HeaderContentType, r.format.mediaType)
	if r.format != formatJSON {
		name := fmt.Sprintf("%s_%s_%s.%s", dataset, e.Model, e.Layer, r.format.name)
		r.Response().Header().Set(echo.HeaderContentDisposition, attachment(name))
	}
	if r.Request().Method == http.MethodHead {
		return r.NoContent(http.StatusOK)
	}
	out := &patient{response: r.Response()}
	return a.writeVectors(r.Request().Context(), e, page, r.vectorWriter(out, e, dataset, p))
}

// vectorPage is a page of JSON, or all of the vectors in the other formats.
func (r *request) vectorPage(p paging) (store.VectorPage, error) {
	if r.format != formatJSON {
		if r.query.Has("limit") || r.query.Has("cursor") {
			return store.VectorPage{}, problemf(http.StatusBadRequest, "limit and cursor are for format=json; %s is the whole embedding.", r.format.name)
		}
		return store.VectorPage{}, nil
	}
	after, err := p.afterID()
	return store.VectorPage{After: after, Limit: p.limit + 1}, err
}

// vectorTag changes with the embedding, and costs no look at its vectors.
func (a *API) vectorTag(r *request, e store.Embedding) (string, error) {
	version, err := a.DB.EmbeddingVersion(r.Request().Context(), e.ID)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(r.Request().URL.RequestURI() + "\x00" + r.format.name + "\x00" + version))
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`, nil
}

func (r *request) vectorWriter(out io.Writer, e store.Embedding, dataset string, p paging) vectorWriter {
	switch r.format {
	case formatNPY:
		return newNPYVectors(out, e.Dimension)
	case formatCSV:
		return newCSVVectors(out, e.Dimension)
	case formatParquet:
		return newParquetVectors(out, map[string]string{
			"dataset": dataset, "model": e.Model, "layer": e.Layer, "pooling": e.Pooling,
			"dimension": strconv.Itoa(e.Dimension), "runtime": e.Runtime,
		})
	default:
		return newJSONVectors(out, p.limit, r.next)
	}
}

// writeVectors hands a page to a writer. What goes wrong before the first byte is an error like any other.
func (a *API) writeVectors(ctx context.Context, e store.Embedding, page store.VectorPage, w vectorWriter) error {
	begun := false
	err := a.DB.ImageVectors(ctx, e.ID, page, func(v store.ImageVector, total int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !begun {
			begun = true
			if err := w.begin(total); err != nil {
				return err
			}
		}
		return w.write(v)
	})
	if err == nil && !begun {
		begun, err = true, w.begin(0)
	}
	if err == nil {
		err = w.end()
	}
	if err != nil && begun {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return err
}

// patience is how long a caller may take for what is written at once, some tens of kilobytes.
const patience = 30 * time.Second

// patient writes for as long as the caller goes on reading. The server's own limit is for the whole of an answer.
type patient struct{ response *echo.Response }

func (p *patient) Write(b []byte) (int, error) {
	err := http.NewResponseController(p.response).SetWriteDeadline(time.Now().Add(patience))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.response.Write(b)
}
