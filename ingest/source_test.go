package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store/storetest"
)

// describe lists a source: name, category, title where it differs, problem.
func describe(s Source) []string {
	var lines []string
	for _, e := range s.Entries() {
		line := e.Name + " [" + e.Category + "]"
		if e.Title != e.Name {
			line += " " + e.Title
		}
		if e.Problem != "" {
			line += " !" + e.Problem
		}
		lines = append(lines, line)
	}
	return lines
}

func mustOpen(t testing.TB, path string, opt SourceOptions) Source {
	t.Helper()
	s, err := OpenSource(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFolder(t *testing.T) {
	dir := tree{
		"root.jpg": {1}, "b/2.jpg": {1}, "b/1.jpg": {1}, "a/deep/er/3.jpg": {1}, "B/x.jpg": {1}, "a b/4.jpg": {1}, "a.b/5.jpg": {1},
		".hidden/6.jpg": {1}, "b/.7.jpg": {1}, "b/Thumbs.db": {1}, "__MACOSX/8.jpg": {1},
	}.folder(t)
	wantLines(t, describe(mustOpen(t, dir, SourceOptions{})),
		"B/x.jpg [B]", "a b/4.jpg [a b]", "a.b/5.jpg [a.b]", "a/deep/er/3.jpg [a]", "b/1.jpg [b]", "b/2.jpg [b]", "root.jpg []")
}

func TestFolderFollowsEachDirectoryOnce(t *testing.T) {
	outside := tree{"cats/1.jpg": {1}, "cats/2.jpg": {1}}.folder(t)
	dir := tree{"real/1.jpg": {1}, "real/sub/2.jpg": {1}}.folder(t)
	for name, target := range map[string]string{
		"a link": "real", "real/sub/up": "..", "self": ".", "cats": filepath.Join(outside, "cats"), "more cats": filepath.Join(outside, "cats"),
		"one.jpg": filepath.Join(outside, "cats", "1.jpg"), "gone.jpg": "nowhere", "round": "about", "about": "round",
	} {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	wantLines(t, describe(mustOpen(t, dir, SourceOptions{})),
		"about [] !a broken symbolic link: it leads to round",
		"cats/1.jpg [cats]", "cats/2.jpg [cats]",
		"gone.jpg [] !a broken symbolic link: it leads to nowhere",
		"one.jpg []", "real/1.jpg [real]", "real/sub/2.jpg [real]",
		"round [] !a broken symbolic link: it leads to about")
}

func TestUnreadableFolderIsAnEntry(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := tree{"a/1.jpg": {1}, "b/1.jpg": {1}}.folder(t)
	locked := filepath.Join(dir, "b")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(locked, 0o755)
	wantLines(t, describe(mustOpen(t, dir, SourceOptions{})), "a/1.jpg [a]", "b/ [b] !the folder cannot be read: permission denied")
}

func zipOf(t testing.TB, names []string, data func(string) []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range names {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: fixedTime})
		if err == nil && !strings.HasSuffix(name, "/") {
			_, err = f.Write(data(name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func tarOf(t testing.TB, names []string, data func(string) []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range names {
		h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data(name))), ModTime: fixedTime}
		if strings.HasSuffix(name, "/") {
			h.Typeflag, h.Size = tar.TypeDir, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write(data(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func saved(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeFile(t, path, data)
	return path
}

// Archives of every kind list and read alike. Names in them are only names.
func TestArchives(t *testing.T) {
	content := func(name string) []byte { return []byte("content of " + name) }
	tests := map[string]struct{ names, want []string }{
		"as they are":       {[]string{"b/2.jpg", "a/1.jpg", "root.jpg", "a/"}, []string{"a/1.jpg [a]", "b/2.jpg [b]", "root.jpg []"}},
		"a wrapping folder": {[]string{"set/", "set/b/2.jpg", "set/a/1.jpg", "set/.DS_Store", "__MACOSX/set/._x"}, []string{"a/1.jpg [a]", "b/2.jpg [b]"}},
		"dots before":       {[]string{"./set/b/2.jpg", "./set/a/1.jpg"}, []string{"a/1.jpg [a]", "b/2.jpg [b]"}},
		"paths to elsewhere": {[]string{"../../etc/x.jpg", "/srv/y.jpg", "a/../../z.jpg"},
			[]string{"../../etc/x.jpg [etc]", "/srv/y.jpg [srv]", "a/../../z.jpg [a]"}},
		"odd names": {[]string{"a/new\nline 'q\" .jpg", "b/\xff\xfe.jpg"}, []string{"a/new\nline 'q\" .jpg [a]", `b/\xff\xfe.jpg [b]`}},
		"one twice": {[]string{"a/1.jpg", "b/1.jpg", "a/1.jpg"}, []string{"a/1.jpg [a]", "b/1.jpg [b]"}},
	}
	for name, test := range tests {
		archives := map[string][]byte{"x.zip": zipOf(t, test.names, content), "x.tar": tarOf(t, test.names, content)}
		archives["x.tar.gz"] = gzipped(t, archives["x.tar"])
		for file, data := range archives {
			t.Run(name+" "+file, func(t *testing.T) {
				s := mustOpen(t, saved(t, file, data), SourceOptions{})
				wantLines(t, describe(s), test.want...)
				for _, e := range s.Entries() {
					got, err := s.Read(e, imaging.Limits{})
					if err != nil || !strings.HasPrefix(string(got), "content of ") || !strings.HasSuffix(textName(string(got)), e.Name) {
						t.Errorf("%q reads as %q, %v", e.Name, got, err)
					}
					if e.MtimeNS != fixedTime.UnixNano() || e.Size != int64(len(got)) {
						t.Errorf("%q: %d bytes of time %d", e.Name, e.Size, e.MtimeNS)
					}
				}
			})
		}
	}
}

func TestArchiveIngestsLikeItsFolder(t *testing.T) {
	tr := pets(t)
	tr["cat/bad.jpg"] = []byte("text")
	tr["cat/long.jpg"] = append(photo(t, 20, 20, 77), make([]byte, 20000)...) // more than a spool keeps of what is no image
	var names []string
	for name := range tr {
		names = append(names, "wrapped/"+name)
	}
	slices.Sort(names)
	content := func(name string) []byte { return tr[strings.TrimPrefix(name, "wrapped/")] }
	folder := newKit(t)
	folder.run(options(tr.folder(t)))
	tarred := tarOf(t, names, content)
	for file, data := range map[string][]byte{"x.zip": zipOf(t, names, content), "x.tar": tarred, "x.tgz": gzipped(t, tarred)} {
		t.Run(file, func(t *testing.T) {
			k := newKit(t)
			opt := options(saved(t, file, data))
			k.run(opt)
			if k.dump() != folder.dump() {
				t.Errorf("got\n%s\nwant\n%s", k.dump(), folder.dump())
			}
			wantCounts(t, "again", k.run(opt), count{Files: 8, Images: 7, Unchanged: 7, Quarantined: 1})
		})
	}
}

func TestTarLinks(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range []*tar.Header{
		{Name: "a/1.jpg", Typeflag: tar.TypeReg, Size: 3},
		{Name: "b/hard.jpg", Typeflag: tar.TypeLink, Linkname: "a/1.jpg"},
		{Name: "b/soft.jpg", Typeflag: tar.TypeSymlink, Linkname: "../a/1.jpg"},
		{Name: "b/device", Typeflag: tar.TypeChar},
	} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			io.WriteString(w, "abc")
		}
	}
	w.Close()
	s := mustOpen(t, saved(t, "x.tar", buf.Bytes()), SourceOptions{})
	wantLines(t, describe(s), "a/1.jpg [a]", "b/device [b] !not a file: a special entry of the archive", "b/hard.jpg [b]",
		"b/soft.jpg [b] !a link inside an archive, which is not followed")
	if data, err := s.Read(s.Entries()[2], imaging.Limits{}); string(data) != "abc" || err != nil {
		t.Errorf("the hard link reads as %q, %v", data, err)
	}
}

func TestDamagedAndHostileArchives(t *testing.T) {
	content := func(name string) []byte { return bytes.Repeat([]byte(name), 5000) }
	whole := gzipped(t, tarOf(t, []string{"a/1.jpg", "b/2.jpg"}, content))
	for name, data := range map[string][]byte{
		"truncated.tar.gz": whole[:len(whole)/2],
		"no tar.gz":        gzipped(t, []byte(strings.Repeat("this is no tar ", 100))),
		"no zip":           []byte("PK\x03\x04 and then nothing"),
		"text.zip":         []byte("text"),
	} {
		if s, err := OpenSource(saved(t, name, data), SourceOptions{}); err == nil {
			t.Errorf("%s: opened with %d entries", name, len(s.Entries()))
		}
	}

	// One member is damaged: it is refused, the others are read.
	zipped := zipOf(t, []string{"a/1.jpg", "b/2.jpg"}, func(string) []byte { return storetest.PNG(50, 50, 1) })
	zipped[200] ^= 0xff
	s := mustOpen(t, saved(t, "x.zip", zipped), SourceOptions{})
	if _, err := s.Read(s.Entries()[0], imaging.Limits{}); err == nil || !strings.Contains(err.Error(), "damaged inside the archive") {
		t.Errorf("damaged member: %v", err)
	}
	if _, err := s.Read(s.Entries()[1], imaging.Limits{}); err != nil {
		t.Errorf("whole member: %v", err)
	}

	// A member that unpacks to more than is allowed is not unpacked.
	long := zipOf(t, []string{"a/zeros.jpg"}, func(string) []byte { return make([]byte, 3<<20) })
	s = mustOpen(t, saved(t, "x.zip", long), SourceOptions{})
	if _, err := s.Read(s.Entries()[0], imaging.Limits{MaxBytes: 1 << 20}); err == nil || !strings.Contains(err.Error(), "file too large") {
		t.Errorf("long member: %v", err)
	}
}

func TestExpansionIsBounded(t *testing.T) {
	tests := []struct {
		unpacked, packed int64
		files            int
		ok               bool
	}{
		{1 << 20, 1000, 10, true},
		{4 << 30, 1000, 10, true},
		{5 << 30, 4 << 30, 10, true},
		{5 << 30, 1 << 20, 10, false},
		{0, 0, maxArchiveFiles + 1, false},
	}
	for _, test := range tests {
		if err := checkExpansion(test.unpacked, test.packed, test.files); (err == nil) != test.ok {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestLabels(t *testing.T) {
	dir := tree{"a/1.jpg": {1}, "a/2.jpg": {1}, "3.jpg": {1}, "4 , \"x\".jpg": {1}, "notes.txt": {1}}.folder(t)
	tests := []struct {
		name, csv string
		want      []string
		unlisted  int
	}{
		{"two columns", "file,category\na/1.jpg,cat\n3.jpg,dog\n", []string{"3.jpg [dog]", "a/1.jpg [cat]"}, 3},
		{"names, order, case and quotes", "Name, File ,category,more\n\"A \"\"cat\"\"\",./a/1.jpg,big cats,x\n,\"4 , \"\"x\"\".jpg\",,\n",
			[]string{"4 , \"x\".jpg []", "a/1.jpg [big cats] A \"cat\""}, 3},
		{"byte order mark and Windows line ends", "\ufefffile,category\r\n3.jpg,dog\r\n", []string{"3.jpg [dog]"}, 4},
		{"missing file", "file,category\n3.jpg,dog\n9.jpg,dog\n", []string{"3.jpg [dog]", "9.jpg [dog] !listed in l.csv but not found"}, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := mustOpen(t, dir, SourceOptions{Labels: saved(t, "l.csv", []byte(test.csv))})
			wantLines(t, describe(s), test.want...)
			if s.Unlisted() != test.unlisted {
				t.Errorf("%d unlisted, want %d", s.Unlisted(), test.unlisted)
			}
		})
	}
}

func TestLabelsInTheFolderAreNotUnlisted(t *testing.T) {
	dir := tree{"1.jpg": {1}, "labels.csv": []byte("file,category\n1.jpg,cat\n")}.folder(t)
	if n := mustOpen(t, dir, SourceOptions{Labels: filepath.Join(dir, "labels.csv")}).Unlisted(); n != 0 {
		t.Errorf("%d unlisted", n)
	}
}

func TestBadLabels(t *testing.T) {
	dir := tree{"1.jpg": {1}}.folder(t)
	for csv, says := range map[string]string{
		"":                                  "must name the columns",
		"1.jpg,cat\n":                       "must name the columns: file,category",
		"file,label\n":                      "must name the columns",
		"file,category\n1.jpg,a\n1.jpg,b\n": "line 3: 1.jpg is listed in line 2 already",
		"file,category\n,a\n":               "line 2: no file is named",
		"file,category\n\"1.jpg,a\n":        "parse error",
		"file,category\n1.jpg,a \"quoted\" word\n": "parse error",
	} {
		_, err := OpenSource(dir, SourceOptions{Labels: saved(t, "l.csv", []byte(csv))})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", csv, err, says)
		}
	}
}

// The original playground's datasets come in unchanged.
func TestOriginalLayout(t *testing.T) {
	tests := map[string]struct {
		classes string
		want    []string
	}{
		"a list of objects":     {`[{"0":"arch"},{"1":"arch"},{"2":"banana"}]`, []string{"0.jpg [arch]", "1.jpg [arch]", "2.png [banana]"}},
		"an object":             {`{"0":"arch","1":"arch","2":"banana"}`, []string{"0.jpg [arch]", "1.jpg [arch]", "2.png [banana]"}},
		"one list for each":     {`{"arch":["0","1"],"banana":["2"]}`, []string{"0.jpg [arch]", "1.jpg [arch]", "2.png [banana]"}},
		"whole names":           {`{"0.jpg":"arch","1.jpg":"arch","2.png":"banana"}`, []string{"0.jpg [arch]", "1.jpg [arch]", "2.png [banana]"}},
		"a file that is absent": {`[{"0":"arch"},{"7":"arch"}]`, []string{"0.jpg [arch]", "7 [arch] !listed in classes.json but not found"}},
		"something else":        {`{"classes": 3}`, []string{"0.jpg []", "1.jpg []", "2.png []", "classes.json []"}},
		"no JSON":               {`arch`, []string{"0.jpg []", "1.jpg []", "2.png []", "classes.json []"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree{"0.jpg": {1}, "1.jpg": {1}, "2.png": {1}, "classes.json": []byte(test.classes)}
			wantLines(t, describe(mustOpen(t, files.folder(t), SourceOptions{})), test.want...)
			zipped := zipOf(t, []string{"iconic/0.jpg", "iconic/1.jpg", "iconic/2.png", "iconic/classes.json"}, func(n string) []byte { return files[strings.TrimPrefix(n, "iconic/")] })
			wantLines(t, describe(mustOpen(t, saved(t, "x.zip", zipped), SourceOptions{})), test.want...)
		})
	}
}

func TestLabelledIngest(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	opt.Labels = saved(t, "l.csv", []byte("file,category,name\ncat/1.jpg,tomcats,Felix\ndog/1.jpg,hounds,\nlost.jpg,hounds,\n"))
	s := k.run(opt)
	wantCounts(t, "labelled", s, count{Files: 3, Images: 2, Added: 2, Embedded: 2, Quarantined: 1})
	if s.Unlisted != 4 {
		t.Errorf("%d unlisted, want 4", s.Unlisted)
	}
	if got := reasons(s)["lost.jpg"]; got != "listed in l.csv but not found" {
		t.Errorf("reason %q", got)
	}
	if i := k.images()["Felix"]; i.Category != "tomcats" {
		t.Errorf("Felix is %+v", i)
	}
	writeFile(t, opt.Labels, []byte("file,category,name\ncat/1.jpg,cats,Tom\ndog/1.jpg,hounds,\n"))
	wantCounts(t, "other labels", k.run(opt), count{Files: 2, Images: 2, Unchanged: 1, Recategorised: 1})
	if i := k.images()["Tom"]; i.Category != "cats" {
		t.Errorf("Tom is %+v", i)
	}
}

func FuzzParseClasses(f *testing.F) {
	for _, seed := range []string{`[{"0":"arch"}]`, `{"arch":["0"]}`, `[]`, `{}`, `[[{"0":1}]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { parseClasses(data) })
}

func FuzzTextName(f *testing.F) {
	f.Add("a/b\xff\x00.jpg")
	f.Fuzz(func(t *testing.T, name string) {
		got := textName(name)
		if strings.ToValidUTF8(got, "") != got || strings.Contains(got, "\x00") {
			t.Errorf("%q becomes %q", name, got)
		}
		if again := textName(got); again != got {
			t.Errorf("%q becomes %q and then %q", name, got, again)
		}
	})
}

func FuzzArchives(f *testing.F) {
	content := func(name string) []byte { return []byte(fmt.Sprint("content of ", name)) }
	names := []string{"set/a/1.jpg", "set/b/../2.jpg"}
	f.Add(zipOf(f, names, content))
	f.Add(tarOf(f, names, content))
	f.Add(gzipped(f, tarOf(f, names, content)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := OpenSource(saved(t, "x", data), SourceOptions{})
		if err != nil {
			return
		}
		defer s.Close()
		for _, e := range s.Entries() {
			if e.Problem == "" {
				s.Read(e, imaging.Limits{MaxBytes: 1 << 16})
			}
		}
	})
}
