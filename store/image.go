package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Image is one stored picture. Its identity is the hash of its bytes.
type Image struct {
	ID, DatasetID          int64
	SHA256                 [32]byte
	Name, Category, Format string
	Width, Height          int
	Size                   int64 // bytes of the original
}

// ImageFilter selects images; zero fields select nothing away.
type ImageFilter struct {
	DatasetID     int64
	Category      *string // "" is the category of images that have none
	IDs           []int64
	Name          string // part of the file's name; ASCII letters match in either case
	Width, Height Range  // pixels
	Size          Range  // bytes of the original
	After         int64  // only images with a larger id: how a long list is read page by page while it grows
	Limit, Offset int
}

// Range is an interval with both ends in it; a Max of 0 is no limit.
type Range struct{ Min, Max int64 }

const imageColumns = `SELECT id, dataset_id, sha256, name, category, format, width, height, size FROM image `

func scanImage(rows *sql.Rows) (i Image, err error) {
	return i, rows.Scan(&i.ID, &i.DatasetID, (*storedHash)(&i.SHA256), &i.Name, &i.Category, &i.Format, &i.Width, &i.Height, &i.Size)
}

// Images returns the selected images, ordered by id.
func (db *DB) Images(ctx context.Context, f ImageFilter) ([]Image, error) {
	where, args := f.where()
	all, err := collect(ctx, db.read, scanImage, imageColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read images: %w", err)
	}
	return all, nil
}

// ImageIDs returns the ids of the selected images, in ascending order.
func (db *DB) ImageIDs(ctx context.Context, f ImageFilter) ([]int64, error) {
	where, args := f.where()
	all, err := ids(ctx, db.read, `SELECT id FROM image `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read images: %w", err)
	}
	return all, nil
}

// where writes the filter as SQL. Ids are numbers, so they are written out: SQLite limits the number of parameters.
func (f ImageFilter) where() (string, []any) {
	terms, args := []string{"TRUE"}, []any{}
	if f.DatasetID != 0 {
		terms, args = append(terms, "dataset_id = ?"), append(args, f.DatasetID)
	}
	if f.Category != nil {
		terms, args = append(terms, "category = ?"), append(args, *f.Category)
	}
	if f.IDs != nil {
		terms = append(terms, "id IN ("+joinIDs(f.IDs)+")")
	}
	if f.Name != "" {
		terms, args = append(terms, `name LIKE ? ESCAPE '\'`), append(args, "%"+likeLiteral.Replace(f.Name)+"%")
	}
	if f.After != 0 {
		terms, args = append(terms, "id > ?"), append(args, f.After)
	}
	terms = append(terms, f.Width.terms("width")...)
	terms = append(terms, f.Height.terms("height")...)
	terms = append(terms, f.Size.terms("size")...)
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	return fmt.Sprintf("WHERE %s ORDER BY id LIMIT %d OFFSET %d", strings.Join(terms, " AND "), limit, max(f.Offset, 0)), args
}

// likeLiteral writes a text as a LIKE pattern that matches itself.
var likeLiteral = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (r Range) terms(column string) (terms []string) {
	if r.Min > 0 {
		terms = append(terms, fmt.Sprintf("%s >= %d", column, r.Min))
	}
	if r.Max > 0 {
		terms = append(terms, fmt.Sprintf("%s <= %d", column, r.Max))
	}
	return terms
}

func joinIDs(ids []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
}

// Image returns an image by its id.
func (db *DB) Image(ctx context.Context, id int64) (Image, error) {
	return db.oneImage(ctx, fmt.Sprintf("image %d", id), `WHERE id = ?`, id)
}

// ImageByName returns the dataset's image of that name, the oldest if there are several.
func (db *DB) ImageByName(ctx context.Context, datasetID int64, name string) (Image, error) {
	return db.oneImage(ctx, fmt.Sprintf("image %q in the dataset", name), `WHERE dataset_id = ? AND name = ? ORDER BY id LIMIT 1`, datasetID, name)
}

// DatasetImageBySHA256 returns the dataset's image with these bytes.
func (db *DB) DatasetImageBySHA256(ctx context.Context, datasetID int64, sha [32]byte) (Image, error) {
	return db.oneImage(ctx, fmt.Sprintf("image with the hash %x in the dataset", sha), `WHERE sha256 = ? AND dataset_id = ?`, sha[:], datasetID)
}

// ImageBySHA256 returns the oldest image with these bytes, of whatever dataset.
func (db *DB) ImageBySHA256(ctx context.Context, sha [32]byte) (Image, error) {
	return db.oneImage(ctx, fmt.Sprintf("image with the hash %x", sha), `WHERE sha256 = ? ORDER BY id LIMIT 1`, sha[:])
}

func (db *DB) oneImage(ctx context.Context, what, where string, args ...any) (Image, error) {
	all, err := collect(ctx, db.read, scanImage, imageColumns+where, args...)
	if err != nil {
		return Image{}, fmt.Errorf("read %s: %w", what, err)
	}
	if len(all) == 0 {
		return Image{}, sentence(ErrNotFound, "there is no %s", what)
	}
	return all[0], nil
}

// Original returns an image's bytes as they came.
func (db *DB) Original(ctx context.Context, imageID int64) (data []byte, format string, err error) {
	image, err := db.Image(ctx, imageID)
	if err != nil {
		return nil, "", err
	}
	data, err = readParts(ctx, db.read, "original", imageID)
	if err == nil && int64(len(data)) != image.Size {
		err = sentence(ErrDamaged, "image %d has %d of %d bytes: run `convnet check`", imageID, len(data), image.Size)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the original of image %d: %w", imageID, err)
	}
	return data, image.Format, nil
}

// Thumbnail returns a small picture of the image: the original itself when that is small.
func (db *DB) Thumbnail(ctx context.Context, imageID int64) (data []byte, format string, err error) {
	err = db.read.QueryRowContext(ctx, `SELECT thumbnail_format FROM image WHERE id = ?`, imageID).Scan(&format)
	if err == sql.ErrNoRows {
		return nil, "", sentence(ErrNotFound, "there is no image %d", imageID)
	}
	if err == nil && format == "" {
		return db.Original(ctx, imageID)
	}
	if err == nil {
		data, err = readParts(ctx, db.read, "thumbnail", imageID)
	}
	if err == nil && len(data) == 0 {
		err = sentence(ErrDamaged, "its bytes are missing: run `convnet check`")
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the thumbnail of image %d: %w", imageID, err)
	}
	return data, format, nil
}
