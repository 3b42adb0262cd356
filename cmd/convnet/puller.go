package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/download"
)

// puller turns files on the Internet into networks of the library.
type puller struct {
	app     *app
	flags   pullFlags
	library cnn.Library
}

// all pulls one network after another. One that cannot be had does not keep the others from coming, unless it is clear
// that they cannot be had either.
func (p puller) all(ctx context.Context, choices [][]keras.WeightFile) ([]pulledModel, error) {
	pulled := []pulledModel{}
	var problems []error
	for _, files := range choices {
		model, err := p.first(ctx, files)
		if err == nil {
			pulled = append(pulled, model)
			continue
		}
		problems = append(problems, err)
		if ctx.Err() != nil || errors.Is(err, download.ErrUnreachable) || errors.Is(err, download.ErrLocal) {
			break
		}
	}
	return pulled, errors.Join(problems...)
}

// first pulls a network from the first of its files that exists.
func (p puller) first(ctx context.Context, files []keras.WeightFile) (pulledModel, error) {
	for i, w := range files {
		model, err := p.one(ctx, w)
		if !errors.Is(err, download.ErrMissing) || i == len(files)-1 {
			return model, err
		}
		if !p.app.quiet {
			fmt.Fprintf(p.app.stderr, "%s: there is no %s any more; going on with %s (%s)\n", w.Model, w.File, files[i+1].URL, files[i+1].Note)
		}
	}
	return pulledModel{}, nil
}

// one pulls a network from one file, unless it is there from that file.
func (p puller) one(ctx context.Context, w keras.WeightFile) (pulledModel, error) {
	have := p.have(w.Model)
	if from := have.Provenance; from.WeightsFile == w.File && from.Source == p.flags.source(w) {
		return p.report(w, have, "present", ""), nil
	}
	file := filepath.Join(filepath.Dir(p.library.Dir), "downloads", w.File)
	defer os.Remove(filepath.Dir(file)) // in vain while there is something in it
	if err := p.fetch(ctx, w, file); err != nil {
		return pulledModel{}, advise(fmt.Errorf("pull %s: %w", w.Model, err), w)
	}
	manifest, state, err := p.convert(w, file, have)
	if err == nil && state == "pulled" && have.Architecture != "" && !p.app.quiet {
		fmt.Fprintf(p.app.stderr, "%s from %s takes the place of the one from %s; databases keep the copy they carry\n", w.Model, w.File, have.Provenance.WeightsFile)
	}
	// A file that is proven to be right is kept until the disk has room for the network as well.
	if err == nil && !p.flags.keep || err != nil && w.MD5 == "" {
		err = errors.Join(err, os.Remove(file))
		file = ""
	}
	if err != nil {
		return pulledModel{}, advise(fmt.Errorf("pull %s: %w", w.Model, err), w)
	}
	return p.report(w, manifest, state, file), nil
}

// have is the manifest of the library's network of that name. Where there is none, or one that cannot be read or is
// from before manifests named their architecture, it is empty: then the network is to be pulled.
func (p puller) have(name string) cnn.Manifest {
	all, _ := p.library.List() // the error is about others, or about what is to be replaced
	for _, m := range all {
		if m.Name == name && m.Architecture != "" {
			return m
		}
	}
	return cnn.Manifest{}
}

func (p puller) fetch(ctx context.Context, w keras.WeightFile, file string) error {
	line := p.app.newProgress()
	defer line.done()
	return download.Fetch(ctx, download.Options{
		URL: p.flags.address(w), File: file, MD5: w.MD5, Agent: "convnet/" + version, Progress: line.bytes(w.Model),
	})
}

// convert builds the network and saves it, unless the library has it from a file of the same content.
func (p puller) convert(w keras.WeightFile, file string, have cnn.Manifest) (m cnn.Manifest, state string, err error) {
	network, err := buildKeras(w.Model, file)
	if err != nil {
		return m, "", err
	}
	from := &network.Manifest.Provenance
	if from.WeightsSHA256 == have.Provenance.WeightsSHA256 {
		return have, "present", nil
	}
	from.Source, from.License = p.flags.source(w), w.License
	return network.Manifest, "pulled", p.library.Save(network)
}

func (p puller) report(w keras.WeightFile, m cnn.Manifest, state, file string) pulledModel {
	model := pulledModel{
		Name: m.Name, Variant: w.Variant, State: state, URL: m.Provenance.Source, File: file, SHA256: m.Provenance.WeightsSHA256,
		MD5: w.MD5, License: m.Provenance.License, Parameters: m.Parameters,
	}
	p.app.printPulled(model, m)
	return model
}

// bytes shows how far the download of what is called name is.
func (l *progressLine) bytes(name string) func(done, total int64) {
	var started time.Time
	var before int64 // bytes of earlier tries say nothing about the rate
	return func(done, total int64) {
		if started.IsZero() || done < before {
			started, before = time.Now(), done
		}
		if l.due(done == total) {
			l.show(name + "  " + bytesText(done-before, done, total, time.Since(started)))
		}
	}
}

// bytesText is amount, rate and time left of a download that has brought fresh bytes since it began.
func bytesText(fresh, done, total int64, elapsed time.Duration) string {
	const mega = 1e6
	text := fmt.Sprintf("%.1f MB", float64(done)/mega)
	if total > 0 {
		text = fmt.Sprintf("%.1f/%.1f MB", float64(done)/mega, float64(total)/mega)
	}
	if seconds := elapsed.Seconds(); fresh > 0 && seconds > 0.5 {
		rate := float64(fresh) / seconds
		text += fmt.Sprintf("  %.1f MB/s", rate/mega)
		if total > 0 {
			text += fmt.Sprintf("  %s left", time.Duration(float64(total-done)/rate*float64(time.Second)).Round(time.Second))
		}
	}
	return text
}
