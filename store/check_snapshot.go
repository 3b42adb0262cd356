package store

import "fmt"

// snapshot compares a snapshot's content with its manifest.
func (c *checker) snapshot() error {
	m, holds, err := readManifest(c.ctx, c.q)
	if err != nil || m == nil || !holds {
		return err
	}
	now, err := describeContent(c.ctx, c.q)
	if err != nil {
		return err
	}
	compareManifest(c, "dataset", m.Datasets, now.Datasets, func(d ManifestDataset) string { return d.Name })
	compareManifest(c, "model", m.Models, now.Models, func(m ManifestModel) string { return m.Name })
	compareManifest(c, "embedding", m.Embeddings, now.Embeddings, func(e ManifestEmbedding) string {
		return fmt.Sprintf("%s of %s (%s)", e.Layer, e.Model, e.Dataset)
	})
	compareManifest(c, "visualizations of", m.Visualizations, now.Visualizations, func(v ManifestVisualizations) string {
		return v.Layer + " of " + v.Model
	})
	compareManifest(c, "projection", m.Projections, now.Projections, func(p ManifestProjection) string {
		return fmt.Sprintf("%s of %s %s (%s)", p.Method, p.Model, p.Layer, p.Dataset)
	})
	return nil
}

// compareManifest reports entries that are in one of two lists only.
func compareManifest[T comparable](c *checker, what string, shipped, present []T, name func(T) string) {
	const advice = "the snapshot was changed or damaged on its way: fetch it again"
	found := map[T]bool{}
	for _, entry := range present {
		found[entry] = true
	}
	for _, entry := range shipped {
		if !found[entry] {
			c.add(ProblemSnapshot, what+" "+name(entry), nil, "it is not what the manifest says: %s", advice)
		}
		delete(found, entry)
	}
	for entry := range found {
		c.add(ProblemSnapshot, what+" "+name(entry), nil, "the manifest does not have it so: %s", advice)
	}
}
