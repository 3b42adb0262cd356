package store

import (
	"crypto/sha256"
	"fmt"
)

// projections checks every projection: parameters, points, parity with the images, and what it was fitted on.
func (c *checker) projections() error {
	all, err := projections(c.ctx, c.q, ProjectionFilter{})
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := c.projection(p); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) projection(p Projection) error {
	points, err := readPoints(c.ctx, c.q, p.EmbeddingID, p.Method)
	if err == nil {
		_, err = readOverlaps(c.ctx, c.q, p.EmbeddingID, p.Method)
	}
	if err != nil && c.ctx.Err() != nil {
		return err
	}
	if err != nil {
		c.badProjection(p, fmt.Sprintf("it cannot be read (%v)", err))
		return nil
	}
	detail, err := c.pointsContradiction(p, points)
	if err != nil {
		return err
	}
	if detail != "" {
		c.badProjection(p, detail)
		return nil
	}
	return c.orphanPoints(p, points)
}

// pointsContradiction says what is wrong with a projection as a whole, "" if nothing is.
func (c *checker) pointsContradiction(p Projection, points storedPoints) (string, error) {
	e, err := embedding(c.ctx, c.q, p.EmbeddingID)
	if err != nil {
		return "", err
	}
	vectors, err := fittedOn(c.ctx, c.q, e, points.ids[:points.fitted])
	if err != nil {
		return "", err
	}
	switch {
	case sha256.Sum256(p.Parameters) != p.ParametersSHA256:
		return "its parameters are not those of their hash", nil
	case !finite(points.xy):
		return "its coordinates are not finite", nil
	case repeats(points.ids):
		return "an image has two places", nil
	case vectors != p.VectorsSHA256:
		return "it was fitted on other vectors", nil
	}
	return "", nil
}

func repeats(ids []int64) bool {
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		seen[id] = true
	}
	return len(seen) < len(ids)
}

// orphanPoints reports points of images that are not in the dataset.
func (c *checker) orphanPoints(p Projection, points storedPoints) error {
	known, err := imageSet(c.ctx, c.q, p.DatasetID)
	if err != nil {
		return err
	}
	var orphans []int64
	for _, id := range points.ids {
		if !known[id] {
			orphans = append(orphans, id)
		}
	}
	if len(orphans) == 0 {
		return nil
	}
	c.add(ProblemProjection, p.subject(), func(tx *Tx) error {
		e, err := embedding(tx.ctx, tx.sql, p.EmbeddingID)
		if err != nil {
			return err
		}
		return tx.deletePoints(e, p.Method, func(id int64) bool { return !known[id] })
	}, "%d points belong to no image of the dataset (%s)", len(orphans), someIDs(orphans))
	return nil
}

func (p Projection) subject() string {
	return fmt.Sprintf("%s projection of embedding %d (%s %s)", p.Method, p.EmbeddingID, p.Model, p.Layer)
}

// badProjection reports a projection that the next ingest, or convnet project, makes again.
func (c *checker) badProjection(p Projection, detail string) {
	c.add(ProblemProjection, p.subject(), func(tx *Tx) error {
		return tx.deleteProjection(p.EmbeddingID, p.Method)
	}, "%s: run `convnet project` to make it again", detail)
}
