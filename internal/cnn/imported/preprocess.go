package imported

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// recipe is a way to prepare pictures as people write it down: a pixel v in 0..255 is brought into Range, then Mean is
// taken off and the rest divided by Std.
type recipe struct {
	order     string
	low, high float64
	mean, std []float64 // one number, or one per channel
}

// presets are the ways that networks trained on ImageNet have agreed on, under the names that Keras gives them.
var presets = map[string]recipe{
	"torch": {"rgb", 0, 1, []float64{.485, .456, .406}, []float64{.229, .224, .225}},
	"tf":    {"rgb", -1, 1, []float64{0}, []float64{1}},
	"caffe": {"bgr", 0, 255, []float64{103.939, 116.779, 123.68}, []float64{1}},
	"none":  {"rgb", 0, 255, []float64{0}, []float64{1}},
}

// ParsePreprocess reads how pictures are prepared for a network of 1 or 3 channels: a preset (torch, tf, caffe, none),
// or properties separated by commas, or a preset with properties that differ from it. The properties are
//
//	mean=0.485,0.456,0.406   per channel in the network's order, or one number for all
//	std=0.229,0.224,0.225    likewise
//	order=rgb                or bgr, or gray
//	range=0..1               what black and white become before mean and std
//
// and without a preset those left out are 0, 1, rgb (gray for one channel) and 0..1.
func ParsePreprocess(text string, channels int) (cnn.Preprocess, error) {
	if channels != 1 && channels != 3 {
		return cnn.Preprocess{}, fmt.Errorf("pictures have 3 channels or 1, not %d", channels)
	}
	r := recipe{"rgb", 0, 1, []float64{0}, []float64{1}}
	fields := strings.Split(text, ",")
	if preset, ok := presets[strings.TrimSpace(fields[0])]; ok {
		r, fields = preset, fields[1:]
	}
	if channels == 1 {
		r.order = "gray"
	}
	properties, err := group(fields)
	if err != nil {
		return cnn.Preprocess{}, fmt.Errorf("preprocess %q: %w", text, err)
	}
	for i, p := range properties {
		if slices.ContainsFunc(properties[:i], func(q property) bool { return q.name == p.name }) {
			return cnn.Preprocess{}, fmt.Errorf("preprocess %q: it says %s twice", text, p.name)
		}
		if err := r.set(p); err != nil {
			return cnn.Preprocess{}, fmt.Errorf("preprocess %q: %w", text, err)
		}
	}
	p, err := r.forChannels(channels)
	if err != nil {
		return cnn.Preprocess{}, fmt.Errorf("preprocess %q: %w", text, err)
	}
	return p, nil
}

// property is one name=value of a recipe.
type property struct {
	name   string
	values []string
}

// group joins numbers to the property that they go on with: mean=1,2,3,std=4.
func group(fields []string) ([]property, error) {
	var all []property
	for _, f := range fields {
		name, value, named := strings.Cut(f, "=")
		switch {
		case named:
			all = append(all, property{strings.TrimSpace(name), []string{strings.TrimSpace(value)}})
		case len(all) > 0:
			last := &all[len(all)-1]
			last.values = append(last.values, strings.TrimSpace(f))
		default:
			return nil, fmt.Errorf("%q is no way to prepare pictures; it is torch, tf, caffe, none, or mean=…,std=…,order=rgb|bgr|gray,range=0..1", f)
		}
	}
	return all, nil
}

func (r *recipe) set(p property) (err error) {
	switch p.name {
	case "mean":
		r.mean, err = numbers(p.values)
	case "std":
		if r.std, err = numbers(p.values); err == nil && slices.Min(r.std) <= 0 {
			return fmt.Errorf("std=%s: numbers are divided by it, so it must be more than 0", strings.Join(p.values, ","))
		}
	case "order":
		r.order = strings.Join(p.values, ",")
	case "range":
		low, high, ok := strings.Cut(strings.Join(p.values, ","), "..")
		ends, problem := numbers([]string{low, high})
		if !ok || problem != nil || ends[0] == ends[1] {
			return fmt.Errorf("range=%s: give what black and white become, such as range=0..1", strings.Join(p.values, ","))
		}
		r.low, r.high = ends[0], ends[1]
	default:
		err = fmt.Errorf("%q is not known; the properties are mean, std, order and range", p.name)
	}
	return err
}

func numbers(texts []string) ([]float64, error) {
	var list []float64
	for _, text := range texts {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is no number", text)
		}
		list = append(list, v)
	}
	return list, nil
}

// forChannels turns a recipe into what a manifest says: (v - mean) / std with v in 0..255.
func (r recipe) forChannels(channels int) (cnn.Preprocess, error) {
	mean, err := perChannel("mean", r.mean, channels)
	if err != nil {
		return cnn.Preprocess{}, err
	}
	std, err := perChannel("std", r.std, channels)
	if err != nil {
		return cnn.Preprocess{}, err
	}
	low, high := min(r.low, r.high), max(r.low, r.high)
	p := cnn.Preprocess{Order: r.order}
	step := (r.high - r.low) / 255
	for c := range mean {
		if mean[c] < low-1 || mean[c] > high+1 {
			return cnn.Preprocess{}, fmt.Errorf("a mean of %v lies outside the range %v..%v; if it is meant for pixels of 0 to 255, add range=0..255",
				mean[c], low, high)
		}
		p.Mean = append(p.Mean, float32((mean[c]-r.low)/step))
		p.Std = append(p.Std, float32(std[c]/step))
	}
	return p, checked(p, channels)
}

func perChannel(what string, values []float64, channels int) ([]float64, error) {
	switch {
	case len(values) == channels:
		return values, nil
	case len(values) == 1:
		return slices.Repeat(values, channels), nil
	case len(values) == 3 && channels == 1: // a preset made for colour
		return []float64{(values[0] + values[1] + values[2]) / 3}, nil
	}
	return nil, fmt.Errorf("%s has %d numbers; the network has %d channels", what, len(values), channels)
}

// checked holds a preprocessing against what a manifest may say.
func checked(p cnn.Preprocess, channels int) error {
	in := cnn.Input{Name: "input", Height: 1, Width: 1, Channels: channels, Preprocess: p}
	return in.Validate()
}
