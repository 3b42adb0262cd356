package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
)

func (a *app) printModel(m shownModel) {
	title := m.Name
	if m.Title != "" {
		title += ": " + m.Title
	}
	fmt.Fprintln(a.stdout, title)
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, fact := range m.facts() {
		fmt.Fprintf(w, "  %s\t%s\n", fact[0], printable(cmp.Or(fact[1], "not stated")))
	}
	_ = w.Flush()
	fmt.Fprintln(a.stdout)
	a.printLayers(m)
}

// facts are the lines above the table of layers: a word and what it is for this network.
func (m shownModel) facts() [][2]string {
	p := words(m.Input.Preprocess)
	facts := [][2]string{
		{"input", fmt.Sprintf("%d×%d×%d", m.Input.Height, m.Input.Width, m.Input.Channels)},
		{"values", p.Values()},
		{"fit", p.Fitting()},
		{"parameters", grouped(m.Parameters)},
		{"MACs", fmt.Sprintf("%s (%sFLOPs: a multiplication and an addition each)", short(m.MACs), short(2*m.MACs))},
		{"classes", strconv.Itoa(m.Classes)},
		{"source", m.Provenance.Source},
		{"licence", m.Provenance.License},
	}
	if m.Provenance.WeightsFile != "" {
		facts = append(facts, [2]string{"weights", m.Provenance.WeightsFile})
	}
	if m.Provenance.WeightsSHA256 != "" {
		facts = append(facts, [2]string{"weights sha256", m.Provenance.WeightsSHA256})
	}
	switch {
	case !m.Ready:
		facts = append(facts, [2]string{"state", "not here yet; get it with: convnet models pull " + m.Name})
	case m.SHA256 != "":
		facts = append(facts, [2]string{"model sha256", m.SHA256})
	}
	return facts
}

// words are the ones that the pages use too.
func words(p cnn.Preprocess) explorer.Preprocess {
	w := explorer.Preprocess{Order: p.Order, Fit: p.Fit}
	for c := range p.Mean {
		w.Mean = append(w.Mean, float64(p.Mean[c]))
		w.Std = append(w.Std, float64(p.Std[c]))
	}
	return w
}

func (a *app) printLayers(m shownModel) {
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "  #\tLAYER\tTYPE\tH×W×C\tPARAMETERS\t   MACS\tSEES")
	chosen, gated := false, false
	for _, l := range m.Layers {
		mark := ""
		if slices.Contains(m.DefaultLayers, l.Name) {
			mark, chosen = "*", true
		}
		gated = gated || l.ReceptiveField.Gated && !all(l.ReceptiveField, m.Input)
		fmt.Fprintf(w, "%3d\t%s%s\t%s\t%d×%d×%d\t%10s\t%7s\t%s\n", l.Index, printable(l.Name), mark, printable(l.Type),
			l.Height, l.Width, l.Channels, grouped(l.Parameters), short(l.MACs), sight(l.ReceptiveField, m.Input))
	}
	_ = w.Flush()
	if chosen {
		fmt.Fprintln(a.stdout, "\n* default layers of convnet ingest")
	}
	if gated {
		fmt.Fprintln(a.stdout, "+ scaled by numbers taken from the whole picture")
	}
}

// sight is a receptive field in a word.
func sight(f onnx.Field, in cnn.Input) string {
	if all(f, in) {
		return "all"
	}
	text := fmt.Sprintf("%s×%s", side(f.Rows, in.Height), side(f.Columns, in.Width))
	if f.Gated {
		text += "+"
	}
	return text
}

func side(e onnx.Extent, picture int) string {
	if e.Whole || e.Size >= picture {
		return "all"
	}
	return strconv.Itoa(e.Size)
}

// all reports whether a field is as large as the picture, or larger.
func all(f onnx.Field, in cnn.Input) bool {
	return side(f.Rows, in.Height) == "all" && side(f.Columns, in.Width) == "all"
}

// short writes a large number with three digits: 3.86 G.
func short(n int64) string {
	for _, unit := range []struct {
		size   int64
		letter string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if n >= unit.size {
			v := float64(n) / float64(unit.size)
			return strconv.FormatFloat(v, 'f', digits(v), 64) + " " + unit.letter
		}
	}
	return strconv.FormatInt(n, 10)
}

func digits(v float64) int {
	switch {
	case v < 10:
		return 2
	case v < 100:
		return 1
	}
	return 0
}

// grouped writes a number with commas: 8,062,504.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range text {
		if i > 0 && (len(text)-i)%3 == 0 && text[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}
