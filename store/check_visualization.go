package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// visualizations checks the rows; their pictures are checked by visualizationPNGs.
func (c *checker) visualizations() error {
	all, err := collect(c.ctx, c.q, scanVisualization, visualizationColumns+`ORDER BY id`)
	if err != nil {
		return err
	}
	for _, v := range all {
		switch {
		case sha256.Sum256(v.Parameters) != v.ParametersSHA256:
			c.badVisualization(v, "its parameters are not those of their hash")
		case v.Channel != objectiveChannel(v.Objective):
			c.badVisualization(v, fmt.Sprintf("it is filed under channel %d", v.Channel))
		case !finite(v.Curve) || !finite64(v.Start, v.End, v.Seconds):
			c.badVisualization(v, "its objective's values are not finite")
		}
	}
	return nil
}

// visualizationPNGs hashes every picture and reads its header.
func (c *checker) visualizationPNGs() error {
	all, err := collect(c.ctx, c.q, scanVisualization, visualizationColumns+`WHERE png_bytes > 0 ORDER BY id`)
	if err != nil {
		return err
	}
	missing := make(map[int64]Visualization, len(all))
	for _, v := range all {
		missing[v.ID] = v
	}
	var data bytes.Buffer
	err = c.pictures("visualization_png", func(part []byte) { data.Write(part) }, func(id int64) {
		if v, known := missing[id]; !known {
			c.add(ProblemVisualization, fmt.Sprintf("picture of visualization %d", id), func(tx *Tx) error {
				return tx.deleteParts("visualization_png", id)
			}, "there is no such visualization, or it has no picture")
		} else if detail := v.pictureContradiction(data.Bytes()); detail != "" {
			c.badVisualization(v, detail)
		}
		delete(missing, id)
		data.Reset()
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(missing) {
		c.badVisualization(missing[id], "its picture is missing")
	}
	return nil
}

// pictureContradiction says what is wrong with a visualization's PNG, "" if nothing is.
func (v Visualization) pictureContradiction(data []byte) string {
	if int64(len(data)) != v.PNGBytes || sha256.Sum256(data) != v.PNGSHA256 {
		return "the bytes of its picture are not those of their hash"
	}
	return pngContradiction(data, v.Size)
}

// badVisualization reports a visualization that can be made again.
func (c *checker) badVisualization(v Visualization, detail string) {
	c.add(ProblemVisualization, fmt.Sprintf("visualization %d (%s)", v.ID, v.Objective), func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM visualization WHERE id = ?`, v.ID)
		return err
	}, "%s: make it again", detail)
}
