package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/imported"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/imaging"
)

// variant is another way to show pictures to a network than its own: at another size, or fitted into it differently. It
// makes another model, with a name of its own, so that a database can hold both and compare them.
type variant struct {
	height, width int    // 0: the network's own
	fit           string // "": the network's own
}

// parseVariant reads --input-size, a number or HEIGHTxWIDTH, and --fit.
func parseVariant(size, fit string) (v variant, err error) {
	if fit != "" {
		if _, err := imaging.ParseFit(fit); err != nil {
			return v, fmt.Errorf("--fit: %w", err)
		}
	}
	v.fit = fit
	if size == "" || size == "native" {
		return v, nil
	}
	height, width, both := strings.Cut(size, "x")
	if !both {
		width = height
	}
	h, heightErr := strconv.Atoi(height)
	w, widthErr := strconv.Atoi(width)
	if heightErr != nil || widthErr != nil || h < 1 || w < 1 || h > maxInputSide || w > maxInputSide {
		return v, fmt.Errorf("--input-size %q: give a number of pixels such as 224, HEIGHTxWIDTH such as 192x256, or native", size)
	}
	v.height, v.width = h, w
	return v, nil
}

// maxInputSide keeps a slip of the finger from asking for terabytes of feature maps.
const maxInputSide = 4096

// of returns the network as the variant wants it: itself, where that is what it is already.
func (v variant) of(n *cnn.Network) (*cnn.Network, error) {
	in := n.Manifest.Input
	suffix := ""
	if v.height != 0 && (v.height != in.Height || v.width != in.Width) {
		var err error
		if n, err = resize(n, v.height, v.width); err != nil {
			return nil, err
		}
		suffix = "-" + v.size()
	}
	if v.fit != "" && v.fit != fitOf(in) {
		suffix += "-" + v.fit
	}
	if suffix == "" {
		return n, nil
	}
	changed := *n
	m := &changed.Manifest
	if v.fit != "" {
		m.Input.Preprocess.Fit = v.fit
	}
	m.Title += " (" + strings.Join(strings.Split(suffix[1:], "-"), ", ") + ")"
	m.Name += suffix
	return &changed, m.Validate()
}

// size is what names say: one number for a square.
func (v variant) size() string {
	if v.height == v.width {
		return strconv.Itoa(v.height)
	}
	return fmt.Sprintf("%dx%d", v.height, v.width)
}

// resize gives a network another input size: a Keras one is built anew from its own weights, since its paddings depend
// on the size.
func resize(n *cnn.Network, height, width int) (*cnn.Network, error) {
	if n.Manifest.Architecture == "" {
		return imported.Resize(n, height, width)
	}
	return keras.Resize(n, height, width)
}
