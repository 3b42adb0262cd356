package ingest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store/storetest"
)

func black(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

// bomb is a PNG of a few bytes that claims to be 60000×60000 pixels.
func bomb() []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), 60000)
	header = binary.BigEndian.AppendUint32(header, 60000)
	header = append(header, 8, 2, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(header))
}

func animation(t *testing.T) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range 3 {
		frame := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White, color.RGBA{200, 0, 0, 255}})
		for j := range frame.Pix {
			frame.Pix[j] = uint8((i + j) % 3)
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10)
	}
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, g); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func readImaging(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "internal", "imaging", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Everything that can be wrong with a file, beside files that only look odd.
func TestBadInputIsQuarantinedAndTheRestIngested(t *testing.T) {
	whole := photo(t, 60, 40, 1)
	deep := image.NewNRGBA64(image.Rect(0, 0, 12, 9))
	for i := range deep.Pix {
		deep.Pix[i] = uint8(i * 31)
	}
	tr := tree{
		"good/ordinary.jpg":                whole,
		"good/png called.jpg":              storetest.PNG(20, 20, 1),
		"good/1x1.png":                     storetest.PNG(1, 1, 2),
		"good/cmyk.jpg":                    readImaging(t, "cmyk.jpg"),
		"good/sixteen bit.png":             encodePNG(t, deep),
		"good/animated.gif":                animation(t),
		"good/animated.webp":               readImaging(t, "animated.webp"),
		"good/upright.jpg":                 readImaging(t, "orientation6.jpg"),
		"good/with 'quotes\" & spaces.gif": readImaging(t, "partial.gif"),
		"good/new\nline.png":               storetest.PNG(7, 7, 3),
		"good/-rf.png":                     storetest.PNG(7, 7, 4),
		"good/Ünïcödé 猫.png":               storetest.PNG(7, 7, 5),
		"good/not utf8 \xff\xe9.png":       storetest.PNG(7, 7, 6),

		"bad/truncated.jpg":    whole[:len(whole)/2],
		"bad/zero bytes.jpg":   nil,
		"bad/text.jpg":         []byte("this is no image\n"),
		"bad/README.txt":       []byte("pictures of things\n"),
		"bad/bomb.png":         bomb(),
		"bad/page.jpg":         []byte("<!DOCTYPE html><html></html>"),
		"bad/paper.pdf":        []byte("%PDF-1.4\n\xe2\xe3"),
		"bad/scan.tiff":        []byte("II*\x00\x08\x00\x00\x00"),
		"bad/phone.heic":       []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
		"bad/not utf8 \xff.jp": []byte("text"),

		".DS_Store": []byte("x"), "good/._ordinary.jpg": []byte("x"), "good/Thumbs.db": []byte("x"), "__MACOSX/x.jpg": []byte("x"), ".git/x.jpg": whole,
	}
	want := map[string]string{
		"bad/truncated.jpg":     "truncated JPEG: the file ends before the picture does",
		"bad/zero bytes.jpg":    "the file is empty (zero bytes)",
		"bad/text.jpg":          "not an image: plain text",
		"bad/README.txt":        "not an image: plain text",
		"bad/bomb.png":          "too many pixels: 60000×60000 is 3600 megapixels (at most 50 megapixels)",
		"bad/page.jpg":          "not an image: an HTML page (was a download page saved instead of the picture?)",
		"bad/paper.pdf":         "not an image: a PDF document",
		"bad/scan.tiff":         "TIFF is not supported: convert it to JPEG or PNG",
		"bad/phone.heic":        "HEIC is not supported: convert it to JPEG or PNG",
		`bad/not utf8 \xff.jp`:  "not an image: plain text",
		"bad/dangling.jpg":      "a broken symbolic link: it leads to nowhere.jpg",
		"bad/pipe.jpg":          "not a file: a named pipe",
		"bad/loop of links.jpg": "a broken symbolic link: it leads to loop of links.jpg",
	}
	dir := tr.folder(t)
	for link, target := range map[string]string{
		"bad/dangling.jpg":      "nowhere.jpg",
		"bad/loop of links.jpg": "loop of links.jpg",
		"good/link to file.jpg": filepath.Join(dir, "good", "ordinary.jpg"),
		"good/loop":             filepath.Join(dir, "good"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	if err := makePipe(filepath.Join(dir, "bad", "pipe.jpg")); err != nil {
		delete(want, "bad/pipe.jpg")
	}
	if os.Geteuid() != 0 {
		writeFile(t, filepath.Join(dir, "bad", "locked.jpg"), whole)
		if err := os.Chmod(filepath.Join(dir, "bad", "locked.jpg"), 0); err != nil {
			t.Fatal(err)
		}
		want["bad/locked.jpg"] = "cannot be read: permission denied"
	}

	k := newKit(t)
	opt := options(dir)
	s := k.run(opt)
	got := reasons(s)
	for name, reason := range want {
		if got[name] != reason {
			t.Errorf("%s: reason %q, want %q", name, got[name], reason)
		}
		delete(got, name)
	}
	for name, reason := range got {
		t.Errorf("%s is refused: %s", name, reason)
	}
	// The link to a file is a second name of its bytes, and comes first.
	if s.Images != 13 || s.Added != 13 || s.Duplicates != 1 || s.Embedded != 13 {
		t.Errorf("summary %+v", countsOf(s))
	}
	k.complete()
	images := k.images()
	for _, name := range []string{`good/not utf8 \xff\xe9.png`, "good/new\nline.png", "good/Ünïcödé 猫.png", "good/link to file.jpg"} {
		if _, ok := images[name]; !ok {
			t.Errorf("there is no image %q", name)
		}
	}
	if i := images["good/upright.jpg"]; i.Width != 24 || i.Height != 40 {
		t.Errorf("upright.jpg is %d×%d", i.Width, i.Height)
	}

	before := k.dump()
	again := k.run(opt)
	if len(again.Quarantined) != len(want) || again.Embedded != 0 || k.dump() != before {
		t.Errorf("the second run: %+v", countsOf(again))
	}
	stored, err := k.db.Quarantine(t.Context())
	if err != nil || len(stored) != len(want) {
		t.Errorf("%d in quarantine, %v", len(stored), err)
	}
}

func TestQuarantineEndsWithItsCause(t *testing.T) {
	k := newKit(t)
	dir := tree{"a.jpg": photo(t, 30, 30, 1), "b.jpg": []byte("text"), "c.jpg": photo(t, 300, 300, 2)}.folder(t)
	opt := options(dir)
	opt.Limits.MaxPixels = 10000
	wantCounts(t, "first", k.run(opt), count{Files: 3, Images: 1, Added: 1, Embedded: 1, Quarantined: 2})
	opt.Limits.MaxPixels = 0
	wantCounts(t, "higher limit", k.run(opt), count{Files: 3, Images: 2, Added: 1, Unchanged: 1, Embedded: 1, Quarantined: 1})
	writeFile(t, filepath.Join(dir, "b.jpg"), photo(t, 30, 30, 3))
	wantCounts(t, "mended", k.run(opt), count{Files: 3, Images: 3, Added: 1, Unchanged: 2, Embedded: 1})
	writeFile(t, filepath.Join(dir, "d.jpg"), nil)
	k.run(opt)
	remove(t, filepath.Join(dir, "d.jpg"))
	wantCounts(t, "gone", k.run(opt), count{Files: 3, Images: 3, Unchanged: 3})
	if q, err := k.db.Quarantine(t.Context()); len(q) != 0 || err != nil {
		t.Errorf("still in quarantine: %v, %v", q, err)
	}
}

// Copies of one refused file are all refused, whichever worker sees which first.
func TestCopiesShareTheirFate(t *testing.T) {
	tr := tree{}
	for _, name := range strings.Fields("a b c d e f g h i j k l") {
		tr[name+".jpg"] = photo(t, 30, 30, 1)[:300]
		tr[name+".png"] = storetest.PNG(50, 50, 2)
	}
	dir := tr.folder(t)
	for range 5 {
		k := newKit(t)
		opt := options(dir)
		opt.Workers = 8
		wantCounts(t, "copies", k.run(opt), count{Files: 24, Images: 1, Added: 1, Duplicates: 11, Embedded: 1, Quarantined: 12})
		if _, ok := k.images()["a.png"]; !ok {
			t.Error("the image is not called by the first of its names")
		}
	}
}
