package umap

import "math"

// fitCurve finds the a and b for which 1/(1 + a·d^2b), which says how strongly two points at distance d on the map are
// connected, is nearest to what minDist and spread ask for: 1 up to minDist, and from there a decay over spread. It is
// umap-learn's find_ab_params: least squares at 300 distances, by Levenberg and Marquardt's method.
func fitCurve(spread, minDist float64) (a, b float64) {
	a, b = 1, 1
	damping, last := 1e-3, misfit(a, b, spread, minDist)
	for range 500 {
		da, db := curveStep(a, b, spread, minDist, damping)
		now := misfit(a+da, b+db, spread, minDist)
		if !(now < last) || a+da <= 0 {
			if damping *= 10; damping > 1e12 {
				break
			}
			continue
		}
		a, b, last, damping = a+da, b+db, now, damping/10
		if math.Abs(da) < 1e-12*a && math.Abs(db) < 1e-12*math.Abs(b) {
			break
		}
	}
	return a, b
}

// curvePoints calls do with the distances, and what the curve should be there.
func curvePoints(spread, minDist float64, do func(x, y float64)) {
	for i := range 300 {
		x, y := 3*spread*float64(i)/299, 1.0
		if x >= minDist {
			y = math.Exp(-(x - minDist) / spread)
		}
		do(x, y)
	}
}

func misfit(a, b, spread, minDist float64) (total float64) {
	curvePoints(spread, minDist, func(x, y float64) {
		r := y - 1/(1+a*math.Pow(x, 2*b))
		total += r * r
	})
	return total
}

// curveStep solves the damped normal equations for the next step.
func curveStep(a, b, spread, minDist, damping float64) (da, db float64) {
	var aa, ab, bb, ar, br float64
	curvePoints(spread, minDist, func(x, y float64) {
		if x == 0 {
			return // the curve is 1 there, whatever a and b
		}
		power := math.Pow(x, 2*b)
		f := 1 / (1 + a*power)
		ja, jb, r := -power*f*f, -2*a*math.Log(x)*power*f*f, y-f
		aa, ab, bb, ar, br = aa+ja*ja, ab+ja*jb, bb+jb*jb, ar+ja*r, br+jb*r
	})
	aa, bb = aa*(1+damping), bb*(1+damping)
	det := aa*bb - ab*ab
	return (ar*bb - br*ab) / det, (br*aa - ar*ab) / det
}
