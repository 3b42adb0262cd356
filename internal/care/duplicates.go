package care

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/umap"
)

// Duplicates are groups of points that are nearly the same.
type Duplicates struct {
	Threshold float64 // local distance up to which two points are near-duplicates; see localise and threshold
	Groups    []Group // those with the nearest pair first
}

// Group is points of which each is a near-duplicate of another one of the group.
type Group struct {
	Points  []Copy  // in order
	Nearest float64 // distance of its nearest pair
}

// Copy is a point of a group.
type Copy struct {
	Point    int
	Other    int     // the nearest point of the group
	Distance float64 // from it
	Mirrored bool    // it is the other's mirror image
}

// mirrors is how many mirrored neighbors are looked at, the point's own mirror image perhaps among them; mirrorRows is of
// how many points, since each is compared with each.
const (
	mirrors    = 6
	mirrorRows = 20_000
)

// link is two points near each other.
type link struct {
	from, to int
	distance float64
	mirrored bool
	local    float64 // the distance as a share of what is usual around the two
}

func findDuplicates(ctx context.Context, x umap.Matrix, n umap.Neighbors, grid int) (Duplicates, error) {
	links := linksOf(n, false)
	if flipped, ok := mirrored(x, grid); ok {
		m, err := umap.NearestAmong(ctx, x, flipped, min(mirrors, x.Rows), cosine)
		if err != nil {
			return Duplicates{}, err
		}
		links = append(links, linksOf(m, true)...)
	}
	d := Duplicates{Threshold: threshold(localise(links, n))}
	links = slices.DeleteFunc(links, func(l link) bool { return l.local > d.Threshold && l.distance > smallest })
	d.Groups = group(x.Rows, links)
	return d, nil
}

// localise measures links by what is usual around their points: the distance is divided by the geometric mean of both
// points' median distances from their neighbors, as local scaling does (Zelnik-Manor and Perona, "Self-Tuning Spectral
// Clustering", 2004). Categories differ in how alike their images are; beside that, copies of images and mere likeness are
// told apart at nearly every layer. It returns the local distance of every point from its nearest.
func localise(links []link, n umap.Neighbors) (nearest []float64) {
	usual, nearest := make([]float64, n.Rows), make([]float64, n.Rows)
	for i := range n.Rows {
		var distances []float64
		others(n, i, func(_ int, d float64) { distances = append(distances, d) })
		usual[i], nearest[i] = smallest, math.Inf(1)
		if len(distances) > 0 {
			usual[i] = max(smallest, distances[len(distances)/2])
		}
	}
	for i := range links {
		l := &links[i]
		l.local = l.distance / math.Sqrt(usual[l.from]*usual[l.to])
		nearest[l.from], nearest[l.to] = min(nearest[l.from], l.local), min(nearest[l.to], l.local)
	}
	return slices.DeleteFunc(nearest, func(d float64) bool { return math.IsInf(d, 1) })
}

// linksOf lists who is whose neighbor; a point is not linked with itself, nor with its own mirror image.
func linksOf(n umap.Neighbors, mirrored bool) []link {
	list := make([]link, 0, len(n.Index))
	for at, j := range n.Index {
		if i := at / n.K; j >= 0 && int(j) != i {
			list = append(list, link{from: i, to: int(j), distance: float64(n.Distance[at]), mirrored: mirrored})
		}
	}
	return list
}

// mirrored returns the vectors that the points' mirror images have, as far as channels do not care for left and right: the
// cells of every channel's grid change sides.
func mirrored(x umap.Matrix, grid int) (umap.Matrix, bool) {
	if grid < 2 || x.Cols%(grid*grid) != 0 || x.Rows > mirrorRows {
		return x, false
	}
	m := umap.Matrix{Rows: x.Rows, Cols: x.Cols, Data: slices.Clone(x.Data)}
	for from := 0; from < len(m.Data); from += grid {
		slices.Reverse(m.Data[from : from+grid])
	}
	return m, true
}

// group joins linked points.
func group(points int, links []link) []Group {
	slices.SortFunc(links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	joined := newForest(points)
	nearest := map[int]Copy{}
	for _, l := range links {
		joined.join(l.from, l.to)
		for _, c := range []Copy{{l.from, l.to, l.distance, l.mirrored}, {l.to, l.from, l.distance, l.mirrored}} {
			if _, known := nearest[c.Point]; !known {
				nearest[c.Point] = c
			}
		}
	}
	at := map[int]int{}
	var groups []Group
	for i := range points {
		c, linked := nearest[i]
		if !linked {
			continue
		}
		root := joined.root(i)
		if _, known := at[root]; !known {
			at[root] = len(groups)
			groups = append(groups, Group{Nearest: c.Distance})
		}
		g := &groups[at[root]]
		g.Points, g.Nearest = append(g.Points, c), min(g.Nearest, c.Distance)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(a.Nearest, b.Nearest) })
	return groups
}

// forest is a union of sets of numbers.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// join makes the smaller root the root of both.
func (f forest) join(a, b int) {
	a, b = f.root(a), f.root(b)
	f[max(a, b)] = min(a, b)
}
