package search

import "fmt"

// alone completes a drawing that leaves the page: ground, legend, and a line that says what it shows.
func (m *mapDrawing) alone(entries []LegendEntry, foot string) {
	m.Alone, m.Foot = true, foot
	for i, e := range entries {
		if i == 40 {
			m.Legend = append(m.Legend, drawnEntry{Text: fmt.Sprintf("and %d more", len(entries)-i), Y: 40 + 22*i})
			break
		}
		y := 40 + 22*i
		m.Legend = append(m.Legend, drawnEntry{Path: shapePath(e.shape, drawnWidth+14, float64(y)-4, 6), Fill: e.fill, Text: e.text(), Y: y})
	}
	m.Height = max(m.Height, 40+22*len(m.Legend)+40)
}

// Bottom is where the drawing's last line of text stands.
func (m *mapDrawing) Bottom() int { return m.Height - 12 }

// Whole is the width with the legend.
func (m *mapDrawing) Whole() int {
	if len(m.Legend) > 0 {
		return m.Width + drawnLegend
	}
	return m.Width
}

func (m *mapDrawing) Ground() string { return choose(m.Dark, "#191c25", "#ffffff") }
func (m *mapDrawing) Ink() string    { return choose(m.Dark, "#e8ebf2", "#191e2b") }
func (m *mapDrawing) Accent() string { return choose(m.Dark, "#93a5ff", "#3f55c9") }
