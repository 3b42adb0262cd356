package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// mirror serves files by name and counts the requests.
type mirror struct {
	*httptest.Server
	requests atomic.Int32
}

func newMirror(t *testing.T, files map[string][]byte) *mirror {
	t.Helper()
	t.Setenv("CONVNET_HOME", t.TempDir())
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.requests.Add(1)
		data, ok := files[path.Base(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(m.Close)
	return m
}

// weightFile is the name of the file that pull asks for first.
func weightFile(t *testing.T, model string, top bool) keras.WeightFile {
	t.Helper()
	for _, w := range keras.WeightFiles(model) {
		if w.Top == top {
			return w
		}
	}
	t.Fatalf("%s has no file", model)
	return keras.WeightFile{}
}

func readShared(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(testdata.Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantNothingLeft fails the test if downloads, whole or in part, lie about.
func wantNothingLeft(t *testing.T) {
	t.Helper()
	if entries, err := os.ReadDir(filepath.Join(os.Getenv("CONVNET_HOME"), "downloads")); err == nil {
		t.Errorf("left behind: %v", entries)
	}
}

func TestPullUsage(t *testing.T) {
	m := newMirror(t, nil)
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "there are densenet121,"},
		{"densenet", exitFailed, "did you mean densenet121?"},
		{"densenet121 all", exitFailed, `no architecture is called "all"`},
		{"densenet121 --variant tf2", exitUsage, "no weights that can be pulled with these options"},
		{"densenet121 --mirror weights", exitUsage, "begins with https://"},
	} {
		args := append([]string{"models", "pull", "--mirror", m.URL}, strings.Fields(test.args)...)
		if r := mustConvnet(t, test.code, args...); !strings.Contains(r.stderr, test.says) {
			t.Errorf("%s: stderr %q, want %q", test.args, r.stderr, test.says)
		}
	}
	if n := m.requests.Load(); n > 0 {
		t.Errorf("%d requests for command lines that are wrong", n)
	}
}

// TestPullRefusals: what a server may have under a file's name. Nothing of it is kept, and the user learns what to do.
func TestPullRefusals(t *testing.T) {
	hdf5Head := append([]byte("\x89HDF\r\n\x1a\n"), make([]byte, 4096)...)
	for _, test := range []struct {
		name, model string
		body        []byte
		says        string
	}{
		{"nothing", "densenet121", nil, "there is no such file at http://"},
		{"a web page", "mobilenetv2", []byte("<!DOCTYPE html><title>Sign in</title>"), "this is a web page, not the file"},
		{"another version", "densenet121", hdf5Head, "expected " + weightFile(t, "densenet121", true).MD5},
		{"a pointer", "mobilenetv2", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "Git LFS pointer"},
		{"nothing but a head", "mobilenetv2", hdf5Head, "HDF5"},
		{"an empty file", "mobilenetv2", []byte{}, "the file is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := weightFile(t, test.model, true)
			files := map[string][]byte{w.File: test.body}
			if test.body == nil {
				files = nil
			}
			m := newMirror(t, files)
			r := mustConvnet(t, exitFailed, "models", "pull", "--mirror", m.URL, test.model)
			advice := "; download " + w.URL + " elsewhere and run: convnet models add " + test.model + " --weights FILE"
			if !strings.Contains(r.stderr, test.says) || !strings.Contains(r.stderr, advice) {
				t.Errorf("stderr %q, want %q and advice", r.stderr, test.says)
			}
			wantNothingLeft(t)
		})
	}
}

func TestPullOffline(t *testing.T) {
	m := newMirror(t, nil)
	m.Close()
	r := mustConvnet(t, exitFailed, "models", "pull", "all", "--mirror", m.URL)
	if !strings.Contains(r.stderr, "(are you offline?); download https://") {
		t.Errorf("stderr %q", r.stderr)
	}
	if n := strings.Count(r.stderr, "cannot reach"); n != 1 {
		t.Errorf("it was tried %d times, once would tell", n)
	}
	wantNothingLeft(t)
}

// TestPullAllGoesOn: one network that cannot be had does not keep the others from coming.
func TestPullAllGoesOn(t *testing.T) {
	m := newMirror(t, nil)
	r := mustConvnet(t, exitFailed, "models", "pull", "all", "--mirror", m.URL, "--json")
	for _, name := range pullable() {
		if !strings.Contains(r.stderr, "pull "+name+": there is no such file") {
			t.Errorf("stderr says nothing of %s: %s", name, r.stderr)
		}
	}
	if got := decode[struct{ Models []pulledModel }](t, r); got.Models == nil || len(got.Models) > 0 {
		t.Errorf("pulled %+v", got)
	}
}

// TestPullVariants: ResNet-50 has two definitions, whose files have one name. Where the first is gone the second will do.
func TestPullVariants(t *testing.T) {
	files := keras.WeightFiles("resnet50")
	first, second := files[0], files[2]
	if first.File != second.File || second.Variant != "tf2" || !first.Top || !second.Top {
		t.Fatalf("ResNet-50's files are %+v", files)
	}
	for _, test := range []struct {
		name   string
		gone   int32 // answers that there is no such file
		args   []string
		says   []string
		silent string
	}{
		{"the first", 0, nil, []string{"expected " + first.MD5}, second.MD5},
		{"the second by name", 0, []string{"--variant", "tf2"}, []string{"expected " + second.MD5}, first.MD5},
		{"the second in need", 1, nil, []string{"going on with " + second.URL, "expected " + second.MD5}, first.MD5},
		{"neither", 2, nil, []string{"there is no such file at http://", "elsewhere"}, "expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("CONVNET_HOME", t.TempDir())
			var requests atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) <= test.gone {
					http.NotFound(w, r)
					return
				}
				_, _ = w.Write([]byte("\x89HDF other weights"))
			}))
			defer s.Close()
			r := mustConvnet(t, exitFailed, append([]string{"models", "pull", "resnet50", "--mirror", s.URL}, test.args...)...)
			for _, want := range test.says {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("stderr %q, want %q", r.stderr, want)
				}
			}
			if strings.Contains(r.stderr, test.silent) {
				t.Errorf("stderr %q says %q", r.stderr, test.silent)
			}
		})
	}
}

func TestPullInterrupted(t *testing.T) {
	m := newMirror(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"models", "pull", "densenet121", "--mirror", m.URL}, nil, &stdout, &stderr); code != exitInterrupted {
		t.Errorf("exit code %d, stderr %s", code, &stderr)
	}
}

func TestPull(t *testing.T) {
	w := weightFile(t, "mobilenetv2", false)
	m := newMirror(t, map[string][]byte{w.File: readShared(t, "weights/mobilenetv2_notop.h5")})
	secret := strings.Replace(m.URL, "://", "://me:secret@", 1) + "/weights/"
	pull := func(more ...string) result {
		t.Helper()
		return mustConvnet(t, exitDone, append([]string{"models", "pull", "mobilenetv2", "--no-top", "--mirror", secret}, more...)...)
	}
	r := pull()
	if !strings.Contains(r.stdout, "pulled mobilenetv2: ") || !strings.Contains(r.stdout, "no official hash exists for "+w.File) {
		t.Errorf("stdout %q", r.stdout)
	}
	if !strings.Contains(r.stderr, "mobilenetv2  9.4/9.4 MB") {
		t.Errorf("stderr %q", r.stderr)
	}
	wantNothingLeft(t)

	shown := decode[listedModel](t, mustConvnet(t, exitDone, "models", "show", "mobilenetv2", "--json"))
	if from := shown.Provenance; from.Source != m.URL+"/weights/"+w.File || from.License != "Apache-2.0" || from.WeightsFile != w.File || len(from.WeightsSHA256) != 64 {
		t.Errorf("provenance %+v", from)
	}
	if r := pull("--quiet"); !strings.Contains(r.stdout, "mobilenetv2 is there already, from "+w.File) || r.stderr != "" {
		t.Errorf("stdout %q, stderr %q", r.stdout, r.stderr)
	}
	if n := m.requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	mustConvnet(t, exitDone, "models", "remove", "mobilenetv2")
	models := decode[struct{ Models []pulledModel }](t, pull("--keep", "--json")).Models
	if len(models) != 1 || models[0].State != "pulled" || models[0].SHA256 != shown.Provenance.WeightsSHA256 || models[0].MD5 != "" {
		t.Fatalf("pulled %+v", models)
	}
	if info, err := os.Stat(models[0].File); err != nil || info.Size() != 9403864 {
		t.Errorf("kept %v, %v", info, err)
	}
}

// TestPullAfterAdd: a network that was added from a file of the same content is left as it is.
func TestPullAfterAdd(t *testing.T) {
	file := testdata.Shared(t, "weights/mobilenetv2_notop.h5")
	m := newMirror(t, map[string][]byte{weightFile(t, "mobilenetv2", false).File: readShared(t, "weights/mobilenetv2_notop.h5")})
	mustConvnet(t, exitDone, "models", "add", "mobilenetv2", "--weights", file, "--license", "mine")
	r := mustConvnet(t, exitDone, "models", "pull", "mobilenetv2", "--no-top", "--mirror", m.URL, "--json")
	models := decode[struct{ Models []pulledModel }](t, r).Models
	if len(models) != 1 || models[0].State != "present" || models[0].License != "mine" {
		t.Errorf("pulled %+v", models)
	}
	wantNothingLeft(t)
}

// TestPullRealFiles: files that are weights, but not the official ones or not the network's.
func TestPullRealFiles(t *testing.T) {
	densenet := readShared(t, "weights/densenet121.h5")
	for _, test := range []struct{ model, says string }{
		{"densenet121", "this is not the official file: the MD5 of"},
		{"mobilenetv2", "they fit densenet121, not mobilenetv2"},
	} {
		t.Run(test.model, func(t *testing.T) {
			m := newMirror(t, map[string][]byte{weightFile(t, test.model, true).File: densenet})
			r := mustConvnet(t, exitFailed, "models", "pull", test.model, "--mirror", m.URL)
			if !strings.Contains(r.stderr, test.says) {
				t.Errorf("stderr %q, want %q", r.stderr, test.says)
			}
			wantNothingLeft(t)
		})
	}
}
