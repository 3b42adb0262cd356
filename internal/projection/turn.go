package projection

import "math"

// turning is a rotation about a center, perhaps after mirroring, and a shift: it changes no distance.
type turning struct {
	mirror       float64 // 1 or -1
	cos, sin     float64
	fromX, fromY float64 // the center
	toX, toY     float64 // where the center goes
}

// turnOnto finds how a map is to be turned so that its points come as near as they can to where the same images are on
// another map (Procrustes without scaling; in the plane the best rotation has a closed form).
func turnOnto(xy []float32, target []float32) turning {
	n := float64(len(xy) / 2)
	t := turning{mirror: 1, cos: 1}
	for i := 0; i < len(xy); i += 2 {
		t.fromX, t.fromY = t.fromX+float64(xy[i])/n, t.fromY+float64(xy[i+1])/n
		t.toX, t.toY = t.toX+float64(target[i])/n, t.toY+float64(target[i+1])/n
	}
	best := -1.0
	for _, mirror := range []float64{1, -1} {
		var along, across float64
		for i := 0; i < len(xy); i += 2 {
			x, y := float64(xy[i])-t.fromX, mirror*(float64(xy[i+1])-t.fromY)
			u, v := float64(target[i])-t.toX, float64(target[i+1])-t.toY
			along, across = along+x*u+y*v, across+x*v-y*u
		}
		if fit := math.Hypot(along, across); fit > best && fit > 0 {
			best, t.mirror, t.cos, t.sin = fit, mirror, along/fit, across/fit
		}
	}
	return t
}

// apply turns a map in place.
func (t turning) apply(xy []float32) {
	for i := 0; i < len(xy); i += 2 {
		x, y := float64(xy[i])-t.fromX, t.mirror*(float64(xy[i+1])-t.fromY)
		xy[i], xy[i+1] = float32(t.cos*x-t.sin*y+t.toX), float32(t.sin*x+t.cos*y+t.toY)
	}
}

// flipping mirrors axes: all that may be done to a map whose axes mean something.
type flipping [2]bool

// flipOnto finds which axes are to be mirrored so that they run as those of another map.
func flipOnto(xy []float32, target []float32) (f flipping) {
	for axis := range f {
		var mean, targetMean, together float64
		n := float64(len(xy) / 2)
		for i := axis; i < len(xy); i += 2 {
			mean, targetMean = mean+float64(xy[i])/n, targetMean+float64(target[i])/n
		}
		for i := axis; i < len(xy); i += 2 {
			together += (float64(xy[i]) - mean) * (float64(target[i]) - targetMean)
		}
		f[axis] = together < 0
	}
	return f
}

func (f flipping) apply(xy []float32) {
	for i := range xy {
		if f[i%2] {
			xy[i] = -xy[i]
		}
	}
}
