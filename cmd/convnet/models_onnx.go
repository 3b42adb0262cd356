package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn/imported"
	"github.com/convnet-playground/convnet/internal/imaging"
)

// addONNX adds the network of an ONNX file, if it runs.
func (a *app) addONNX(ctx context.Context, f addFlags) error {
	o := imported.Options{Name: f.name, Preprocess: f.preprocess, Fit: f.fit, Source: f.source, License: f.license}
	var err error
	if o.Height, o.Width, err = parseSize("--input", f.input); err != nil {
		return err
	}
	if f.fit != "" {
		if _, err := imaging.ParseFit(f.fit); err != nil {
			return usagef("--fit: %v", err)
		}
	}
	if f.labels != "" {
		if o.Labels, err = readLabels(f.labels); err != nil {
			return err
		}
	}
	if f.layers != "" {
		for _, name := range strings.Split(f.layers, ",") {
			o.Layers = append(o.Layers, strings.TrimSpace(name))
		}
	}
	network, report, err := imported.Open(f.onnx, o)
	if err != nil {
		return err
	}
	tried, err := tryOut(ctx, network)
	if err != nil {
		return fmt.Errorf("%s: %w", f.onnx, err)
	}
	return a.keep(network, append(report.Notes, tried...))
}

// readLabels reads the names of classes, one on each line.
func readLabels(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	defer f.Close()
	var labels []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		labels = append(labels, strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")))
	}
	for len(labels) > 0 && labels[len(labels)-1] == "" {
		labels = labels[:len(labels)-1]
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("read labels: %s has a line of more than %d bytes; it should have a class on each line", path, bufio.MaxScanTokenSize)
	case err != nil:
		return nil, fmt.Errorf("read labels %s: %w", path, err)
	case len(labels) == 0:
		return nil, fmt.Errorf("read labels: %s is empty; it should have a class on each line", path)
	}
	return labels, nil
}
