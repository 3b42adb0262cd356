package store

import (
	"crypto/sha256"
	"fmt"
)

// NewImage is an image to be stored.
type NewImage struct {
	DatasetID              int64
	SHA256                 [32]byte // of Original
	Name, Category, Format string
	Width, Height          int
	Original               []byte
	Thumbnail              []byte // nil when the original is small enough
	ThumbnailFormat        string
}

// PutImage stores an image and returns its id. An image that the dataset already has (by its bytes) keeps its id, name
// and category; it gets back what a repair has deleted of its pictures.
func (tx *Tx) PutImage(n NewImage) (int64, error) {
	id, ok, err := tx.id(`SELECT id FROM image WHERE sha256 = ? AND dataset_id = ?`, n.SHA256[:], n.DatasetID)
	if err == nil && ok {
		err = tx.restoreParts(id, n)
	} else if err == nil {
		id, err = tx.insertImage(n)
	}
	if err != nil {
		return 0, fmt.Errorf("insert image %q: %w", n.Name, err)
	}
	return id, nil
}

func (tx *Tx) insertImage(n NewImage) (int64, error) {
	if sha256.Sum256(n.Original) != n.SHA256 {
		return 0, sentence(ErrInvalid, "the hash is not that of the bytes")
	}
	if len(n.Original) == 0 {
		return 0, sentence(ErrInvalid, "there are no bytes")
	}
	if (len(n.Thumbnail) == 0) != (n.ThumbnailFormat == "") {
		return 0, sentence(ErrInvalid, "a thumbnail needs a format, and a format a thumbnail")
	}
	id, _, err := tx.id(`
		INSERT INTO image (dataset_id, sha256, name, category, format, width, height, size, thumbnail_format)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		n.DatasetID, n.SHA256[:], n.Name, n.Category, n.Format, n.Width, n.Height, len(n.Original), n.ThumbnailFormat)
	if err != nil {
		return 0, err
	}
	if err := tx.putParts("original", id, n.Original); err != nil {
		return 0, err
	}
	return id, tx.putParts("thumbnail", id, n.Thumbnail)
}

// restoreParts stores the pictures of an image that has none, which is how Check leaves damaged ones.
func (tx *Tx) restoreParts(id int64, n NewImage) error {
	for table, data := range map[string][]byte{"original": n.Original, "thumbnail": n.Thumbnail} {
		_, ok, err := tx.id(`SELECT 1 FROM `+table+` WHERE id = ?`, id*maxParts)
		if err == nil && !ok {
			err = tx.putParts(table, id, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// UpdateImage changes what an image is called; its bytes are its identity and never change.
func (tx *Tx) UpdateImage(id int64, name, category string) error {
	n, err := tx.exec(`UPDATE image SET name = ?, category = ? WHERE id = ?`, name, category, id)
	if err == nil && n == 0 {
		err = sentence(ErrNotFound, "there is no image %d", id)
	}
	if err != nil {
		return fmt.Errorf("update image %d: %w", id, err)
	}
	return nil
}

// DeleteImage deletes an image, its files' entries, and its vectors and points in every embedding.
func (tx *Tx) DeleteImage(id int64) error { return tx.DeleteImages([]int64{id}) }

// DeleteImages deletes images as DeleteImage does. Maps are written once for all of them.
func (tx *Tx) DeleteImages(imageIDs []int64) error {
	if len(imageIDs) == 0 {
		return nil
	}
	tx.forget()
	all := joinIDs(imageIDs)
	embeddings, err := ids(tx.ctx, tx.sql, `
		SELECT id FROM embedding WHERE dataset_id IN (SELECT dataset_id FROM image WHERE id IN (`+all+`)) ORDER BY id`)
	for _, e := range embeddings {
		if err == nil {
			err = tx.deleteVectorsOf(e, imageIDs)
		}
		if err == nil {
			err = tx.deletePointsOf(e, imageIDs)
		}
	}
	if err == nil {
		_, err = tx.exec(`DELETE FROM image WHERE id IN (` + all + `)`)
	}
	if err != nil {
		return fmt.Errorf("delete images %s: %w", all, err)
	}
	return nil
}

func (tx *Tx) deleteVectorsOf(embeddingID int64, imageIDs []int64) error {
	for _, id := range imageIDs {
		if _, err := tx.exec(fmt.Sprintf(`DELETE FROM %s WHERE rowid = ?`, vecTable(embeddingID)), id); err != nil {
			return err
		}
	}
	return nil
}
