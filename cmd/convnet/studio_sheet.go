package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// A contact sheet has rows of 8 pictures, of 128 pixels on a side.
const (
	sheetColumns = 8
	sheetTile    = 128
)

// writeSheet writes the contact sheet of a layer's objectives, and the pictures that were there before.
func (s *studio) writeSheet(ctx context.Context, layer store.Layer, objectives []visualize.Objective) error {
	var tiles []imaging.Tile
	hash := visualize.Hash(s.flags.parameters.JSON())
	for _, o := range objectives {
		made, err := s.db.Visualizations(ctx, layer.ID, store.VisualizationFilter{Objective: o.Name})
		if err != nil {
			return err
		}
		for _, v := range made {
			if v.ParametersSHA256 != hash {
				continue
			}
			t, err := s.tile(ctx, layer, o, v)
			if err != nil {
				return err
			}
			tiles = append(tiles, t)
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, imaging.ContactSheet(tiles, sheetColumns, sheetTile)); err != nil {
		return fmt.Errorf("draw the contact sheet of %s: %w", layer.Name, err)
	}
	name := unsafe.ReplaceAllString(s.flags.model+"_"+layer.Name, "-") + ".png"
	return writeOut(filepath.Join(s.flags.out, name), file.Bytes())
}

// tile is a picture of the sheet; its file is written if it is not there.
func (s *studio) tile(ctx context.Context, layer store.Layer, o visualize.Objective, v store.Visualization) (imaging.Tile, error) {
	t := imaging.Tile{Label: o.Name}
	if o.Name == fmt.Sprintf("channel:%d", o.Channel) {
		t.Label = fmt.Sprint(o.Channel)
	}
	if v.Dead {
		t.Label += " dead"
		return t, nil
	}
	data, err := s.db.VisualizationPNG(ctx, v.ID)
	if err != nil {
		return t, err
	}
	if t.Picture, _, err = image.Decode(bytes.NewReader(data)); err != nil {
		return t, fmt.Errorf("read the picture of %s: %w", v.Objective, err)
	}
	path := s.file(layer.Name, o.Name, v.Number)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return t, writeOut(path, data)
	}
	return t, nil
}

func writeOut(path string, data []byte) error {
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write a picture: %w", err)
	}
	return nil
}
