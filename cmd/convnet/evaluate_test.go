package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store/storetest"
)

type scoresDocument struct{ Scores []search.Score }

func TestEvaluatePrintsScores(t *testing.T) {
	db := storetest.File(t, storetest.Spec{Images: storetest.Images(12, "cat", "dog")}, storetest.Spec{Dataset: "two"})
	all := decode[scoresDocument](t, mustConvnet(t, exitDone, "evaluate", "--json", "--quiet", "--db", db)).Scores
	if len(all) != 2*2*4 || all[0].Dataset != "pets" || all[0].Metric != "cosine" || all[0].N != 12 {
		t.Fatalf("%d scores, the first is %+v", len(all), all[0])
	}
	for _, s := range all {
		for _, share := range []float64{s.PrecisionAt1, s.PrecisionAt5, s.PrecisionAt10, s.MAP, s.NDCGAt10} {
			if share < 0 || share > 1 {
				t.Errorf("%+v is not in [0, 1]", s)
			}
		}
	}
	one := decode[scoresDocument](t, mustConvnet(t, exitDone, "evaluate", "--json", "--db", db, "--dataset", "two", "--model", "tiny", "--layer", "late", "--metric", "minkowski")).Scores
	if len(one) != 1 || one[0].Layer != "late" || one[0].Metric != "minkowski" || one[0].P != 3 {
		t.Errorf("narrowed: %+v", one)
	}
	if text := mustConvnet(t, exitDone, "evaluate", "--quiet", "--db", db, "--dataset", "two").stdout; strings.Count(text, "\n") != 1+8 {
		t.Errorf("the table is %q", text)
	}
}

func TestScoresAsCSV(t *testing.T) {
	db, out := storetest.File(t, storetest.Spec{}), filepath.Join(t.TempDir(), "scores.csv")
	mustConvnet(t, exitDone, "scores", "--quiet", "--db", db, "--out", out)
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 1+8 || rows[0][0] != "dataset" || rows[1][0] != "pets" {
		t.Errorf("%v, error %v", rows, err)
	}
	if text := mustConvnet(t, exitDone, "scores", "--quiet", "--db", db).stdout; !strings.HasPrefix(text, "dataset,model,layer,") {
		t.Errorf("the output is %q", text)
	}
}

func TestEvaluateRefusals(t *testing.T) {
	db := storetest.File(t, storetest.Spec{})
	for _, args := range [][]string{{"--metric", "manhattan"}, {"--metric", "minkowski", "--p", "0.5"}, {"--model", "nobody"}, {"--layer", "nowhere"}} {
		r := convnet(t, append([]string{"evaluate", "--quiet", "--db", db}, args...)...)
		if r.code == exitDone || !strings.Contains(r.stderr, "convnet: ") {
			t.Errorf("%v: exit code %d, %q", args, r.code, r.stderr)
		}
	}
}
