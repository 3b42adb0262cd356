package keras

import (
	"encoding/csv"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/testdata"
)

// TestWeightFiles: every network can be had with its classifier and without, and no address or hash is malformed.
func TestWeightFiles(t *testing.T) {
	for _, a := range Architectures() {
		files := WeightFiles(a.Name)
		for _, top := range []bool{true, false} {
			if !slices.ContainsFunc(files, func(f WeightFile) bool { return f.Top == top }) {
				t.Errorf("%s has no file with top %v", a.Name, top)
			}
		}
		for _, f := range files {
			if f.Model != a.Name || f.License == "" || !strings.HasPrefix(f.URL, "https://") || !strings.HasSuffix(f.URL, "/"+f.File) {
				t.Errorf("%+v", f)
			}
			if sum, err := hex.DecodeString(f.MD5); err != nil || len(sum) != 16 && f.Note != noHash {
				t.Errorf("%s: the MD5 is %q", f.URL, f.MD5)
			}
		}
	}
	if files := WeightFiles("alexnet"); files != nil {
		t.Errorf("an unknown network has the files %v", files)
	}
}

// TestWeightFilesAsPublished compares the table with addresses and hashes collected from the sources.
func TestWeightFilesAsPublished(t *testing.T) {
	f, err := os.Open(testdata.Design(t, "keras-weights.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		want := [4]string{row[1], row[2], row[3], row[4]}
		if !slices.ContainsFunc(WeightFiles(row[0]), func(f WeightFile) bool {
			top := map[bool]string{true: "1", false: "0"}[f.Top]
			return [4]string{top, f.File, f.URL, f.MD5} == want
		}) {
			t.Errorf("%s has no file %v", row[0], want)
		}
	}
}
