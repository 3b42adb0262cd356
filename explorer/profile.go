package explorer

import "math"

// Profile draws a network's shape: from the input on the left to the end on the right, how large each layer's maps are
// (above the line) and how many channels it has (below). Most networks trade one for the other.
type Profile struct {
	Width, Height int
	Bars          []ProfileBar
}

// ProfileBar is one layer of the drawing.
type ProfileBar struct {
	Name, Class             string
	X, Width                float64
	MapY, MapHeight         float64
	ChannelY, ChannelHeight float64
	Default                 bool
}

const (
	profileWidth  = 1200
	profileHeight = 120
	profileMiddle = profileHeight / 2
)

func profile(layers []Layer) Profile {
	p := Profile{Width: profileWidth, Height: profileHeight}
	var side, channels float64
	for _, l := range layers {
		side = max(side, logScale(mapSide(l)))
		channels = max(channels, logScale(float64(l.Channels)))
	}
	step := float64(profileWidth) / float64(max(1, len(layers)))
	gap := 0.0 // hundreds of layers read better as one shape
	if step >= 6 {
		gap = min(2, step/4)
	}
	for i, l := range layers {
		up := part(logScale(mapSide(l)), side)
		down := part(logScale(float64(l.Channels)), channels)
		p.Bars = append(p.Bars, ProfileBar{
			Name: l.Name, Class: family(l.Type), Default: l.Default,
			X: round(float64(i) * step), Width: round(step - gap),
			MapY: round(profileMiddle - 1 - up), MapHeight: round(up),
			ChannelY: profileMiddle + 1, ChannelHeight: round(down),
		})
	}
	return p
}

func mapSide(l Layer) float64 { return math.Sqrt(float64(l.Height * l.Width)) }

// logScale makes 7 and 14 differ as visibly as 112 and 224.
func logScale(x float64) float64 { return math.Log2(1 + max(0, x)) }

func part(x, most float64) float64 {
	if most <= 0 {
		return 0
	}
	return (profileMiddle - 1) * x / most
}

func round(x float64) float64 { return math.Round(100*x) / 100 }

// family groups Keras' layer types into the few that the drawing tells apart.
func family(kind string) string {
	switch kind {
	case "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv":
		return "conv"
	case "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "MaxPool", "AveragePool":
		return "pool"
	case "Concatenate", "Add", "Concat":
		return "join"
	}
	return "other"
}
