package explorer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/image/draw"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// A sheet is one image of up to 64 pictures, 8 in a row, so that a grid of thousands is loaded by a few requests. Each has
// 128 pixels on a side, or 64 where they are icons. Sheets are JPEGs: of pictures made from noise, a PNG is five times as large.
const (
	SheetPictures = 64
	SheetColumns  = 8
	sheetTile     = 128
	iconTile      = 64 // where pictures are icons
	sheetQuality  = 90
)

// largestPicture bounds what is decoded of a file that may come from anywhere, in pixels on a side.
const largestPicture = 4096

// Cell is a picture's place in a sheet.
type Cell struct {
	Sheet       string // its address
	Column, Row int
	Rows        int // of the sheet
	tile        int // pixels on a side of a picture
}

// SheetWidth is the sheet's width in pixels.
func (c Cell) SheetWidth() int { return SheetColumns * c.tile }

// SheetHeight is the sheet's height in pixels.
func (c Cell) SheetHeight() int { return c.Rows * c.tile }

// arrange gives every picture its place in a sheet, in order; a tile is one picture's width.
func arrange(pictures []store.Visualization, tile int) []Cell {
	cells := make([]Cell, 0, len(pictures))
	for len(pictures) > 0 {
		sheet := pictures[:min(SheetPictures, len(pictures))]
		pictures = pictures[len(sheet):]
		address, rows := sheetURL(sheet, tile), (len(sheet)+SheetColumns-1)/SheetColumns
		for i := range sheet {
			cells = append(cells, Cell{Sheet: address, Column: i % SheetColumns, Row: i / SheetColumns, Rows: rows, tile: tile})
		}
	}
	return cells
}

func sheetURL(sheet []store.Visualization, tile int) string {
	ids := make([]int64, len(sheet))
	for i, v := range sheet {
		ids[i] = v.ID
	}
	q := url.Values{"ids": {writeIDs(ids)}, "v": {sheetVersion(sheet)}}
	if tile == iconTile {
		q.Set("icons", "1")
	}
	return "/visualizations/sheet?" + q.Encode()
}

// sheetVersion changes with the bytes of any of the pictures.
func sheetVersion(sheet []store.Visualization) string {
	sum := sha256.New()
	for _, v := range sheet {
		sum.Write(v.PNGSHA256[:])
	}
	return templates.VisualizationVersion([32]byte(sum.Sum(nil)))
}

// writeIDs writes ids as 3.5-9.12: pictures that were made one after the other have ids that follow each other.
func writeIDs(ids []int64) string {
	var b strings.Builder
	for i := 0; i < len(ids); {
		end := i + 1
		for end < len(ids) && ids[end] == ids[end-1]+1 {
			end++
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strconv.FormatInt(ids[i], 10))
		if end-i > 1 {
			b.WriteString("-" + strconv.FormatInt(ids[end-1], 10))
		}
		i = end
	}
	return b.String()
}

// readIDs reads what writeIDs has written, and no more than a sheet holds.
func readIDs(text string) ([]int64, bool) {
	var ids []int64
	for part := range strings.SplitSeq(text, ".") {
		from, to, isRun := strings.Cut(part, "-")
		if !isRun {
			to = from
		}
		first, err := strconv.ParseUint(from, 10, 62)
		last, lastErr := strconv.ParseUint(to, 10, 62)
		if err != nil || lastErr != nil || last < first || last-first >= SheetPictures || len(ids)+int(last-first) >= SheetPictures {
			return nil, false
		}
		for id := first; id <= last; id++ {
			ids = append(ids, int64(id))
		}
	}
	return ids, true
}

// Sheet is up to 64 pictures that are shown as one.
type Sheet struct {
	Version  string // changes with the bytes of any of them
	Tag      string // differs from that of any other sheet
	pictures []store.Visualization
	tile     int
}

// FindSheet finds the pictures that a sheet's address names, store.ErrNotFound if any is not there. As icons they are small.
func FindSheet(ctx context.Context, db *store.DB, ids string, icons bool) (*Sheet, error) {
	list, ok := readIDs(ids)
	if !ok {
		return nil, notFoundf("There is no such sheet of pictures: its address names 1 to %d of them.", SheetPictures)
	}
	s := &Sheet{tile: sheetTile}
	if icons {
		s.tile = iconTile
	}
	for _, id := range list {
		v, err := db.Visualization(ctx, id)
		if err != nil {
			return nil, err
		}
		s.pictures = append(s.pictures, v)
	}
	s.Version = sheetVersion(s.pictures)
	s.Tag = fmt.Sprintf("%s-sheet-%d", s.Version, s.tile)
	return s, nil
}

// JPEG draws the sheet. Where a picture is missing the sheet is black.
func (s *Sheet) JPEG(ctx context.Context, db *store.DB) ([]byte, error) {
	rows := (len(s.pictures) + SheetColumns - 1) / SheetColumns
	sheet := image.NewRGBA(image.Rect(0, 0, SheetColumns*s.tile, rows*s.tile))
	for i, v := range s.pictures {
		if v.PNGBytes == 0 {
			continue
		}
		data, err := db.VisualizationPNG(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		corner := image.Pt(i%SheetColumns*s.tile, i/SheetColumns*s.tile)
		if err := drawTile(sheet, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(s.tile, s.tile))}, data); err != nil {
			return nil, fmt.Errorf("draw visualization %d: %w", v.ID, err)
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, sheet, &jpeg.Options{Quality: sheetQuality}); err != nil {
		return nil, fmt.Errorf("write a sheet of pictures: %w", err)
	}
	return buf.Bytes(), nil
}

// drawTile draws a PNG into its place, smaller or larger if it has another size.
func drawTile(sheet *image.RGBA, place image.Rectangle, data []byte) error {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if config.Width > largestPicture || config.Height > largestPicture {
		return fmt.Errorf("it has %d × %d pixels; more than %d on a side are not shown", config.Width, config.Height, largestPicture)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	draw.CatmullRom.Scale(sheet, place, picture, picture.Bounds(), draw.Src, nil)
	return nil
}
