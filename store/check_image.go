package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"hash"
	"image"
	_ "image/jpeg" // thumbnails are JPEG
	_ "image/png"  // or PNG
)

// checkedImage is what the pictures of an image are compared with.
type checkedImage struct {
	name, thumbnailFormat string
	sha256                [32]byte
	size                  int64
}

func (c *checker) images() (map[int64]checkedImage, error) {
	all := map[int64]checkedImage{}
	err := c.each(func(rows *sql.Rows) error {
		var id int64
		var i checkedImage
		var sum []byte
		err := rows.Scan(&id, &i.name, &i.thumbnailFormat, &sum, &i.size)
		copy(i.sha256[:], sum)
		all[id] = i
		return err
	}, `SELECT id, name, thumbnail_format, sha256, size FROM image`)
	return all, err
}

// pictures walks over the parts of all originals or thumbnails, image by image: part is called with the bytes of each,
// and done after an image's last.
func (c *checker) pictures(table string, part func(data []byte), done func(imageID int64)) error {
	current := int64(-1)
	err := c.each(func(rows *sql.Rows) error {
		var id int64
		var data sql.RawBytes
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		if image := id / maxParts; image != current {
			if current >= 0 {
				done(current)
			}
			current = image
		}
		part(data)
		return nil
	}, `SELECT id, bytes FROM `+table+` ORDER BY id`)
	if err == nil && current >= 0 {
		done(current)
	}
	return err
}

// originals hashes the bytes of every image.
func (c *checker) originals() error {
	images, err := c.images()
	if err != nil {
		return err
	}
	var sum hash.Hash = sha256.New()
	var size int64
	err = c.pictures("original", func(data []byte) {
		sum.Write(data)
		size += int64(len(data))
	}, func(id int64) {
		i, known := images[id]
		switch {
		case !known:
			c.orphanPicture("original", id)
		case [32]byte(sum.Sum(nil)) != i.sha256 || size != i.size:
			c.badPicture(ProblemOriginal, "original", id, i.name, "its bytes are not those of its hash")
		}
		delete(images, id)
		sum.Reset()
		size = 0
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(images) {
		c.badPicture(ProblemOriginal, "original", id, images[id].name, "its bytes are missing")
	}
	return nil
}

// thumbnails decodes the header of every thumbnail.
func (c *checker) thumbnails() error {
	images, err := c.images()
	if err != nil {
		return err
	}
	var data bytes.Buffer
	err = c.pictures("thumbnail", func(part []byte) { data.Write(part) }, func(id int64) {
		i, known := images[id]
		_, format, err := image.DecodeConfig(&data)
		switch {
		case !known:
			c.orphanPicture("thumbnail", id)
		case err != nil:
			c.badPicture(ProblemThumbnail, "thumbnail", id, i.name, fmt.Sprintf("its thumbnail is no picture (%v)", err))
		case format != i.thumbnailFormat:
			c.badPicture(ProblemThumbnail, "thumbnail", id, i.name, fmt.Sprintf("its thumbnail is %s, not %q", format, i.thumbnailFormat))
		}
		delete(images, id)
		data.Reset()
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(images) {
		if images[id].thumbnailFormat != "" {
			c.badPicture(ProblemThumbnail, "thumbnail", id, images[id].name, "its thumbnail is missing")
		}
	}
	return nil
}

func (c *checker) orphanPicture(table string, id int64) {
	c.add(ProblemOrphanPicture, fmt.Sprintf("%s of image %d", table, id), func(tx *Tx) error { return tx.deleteParts(table, id) },
		"there is no such image")
}

// badPicture reports a picture that the next ingest makes again: it reads files that it does not know, and an image
// without pictures gets them back.
func (c *checker) badPicture(kind, table string, id int64, name, detail string) {
	c.add(kind, fmt.Sprintf("image %d (%s)", id, name), func(tx *Tx) error {
		if err := tx.deleteParts(table, id); err != nil {
			return err
		}
		_, err := tx.exec(`DELETE FROM file WHERE image_id = ?`, id)
		return err
	}, "%s: ingest its source again", detail)
}
