package vecscan

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kernels returns the kernels that this CPU has, and puts the default back when the test ends.
func kernels(t testing.TB) []string {
	before := Kernel()
	t.Cleanup(func() { Use(before) })
	var names []string
	for _, name := range []string{"avx512", "avx2", "neon", "portable"} {
		if Use(name) {
			names = append(names, name)
		}
	}
	Use(before)
	return names
}

func TestKernelChoice(t *testing.T) {
	names := kernels(t)
	if len(names) == 0 || Kernel() != names[0] {
		t.Errorf("Kernel() = %q, want the first of %v", Kernel(), names)
	}
	if Use("abacus") {
		t.Error("Use accepts an unknown kernel")
	}
}

func open(t testing.TB) *sql.DB {
	t.Helper()
	Register()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func pack(v []float32) []byte {
	b := make([]byte, 4*len(v))
	for i, x := range v {
		binary.NativeEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	return b
}

// fill makes a vec0 table with the vectors under the rowids 1, 2, 3, …
func fill(t testing.TB, db *sql.DB, vectors [][]float32, chunk int) {
	t.Helper()
	exec(t, db, `DROP TABLE IF EXISTS vec`)
	exec(t, db, fmt.Sprintf(`CREATE VIRTUAL TABLE vec USING vec0(embedding float[%d], chunk_size=%d)`, len(vectors[0]), chunk))
	exec(t, db, `BEGIN`)
	for i, v := range vectors {
		exec(t, db, `INSERT INTO vec (rowid, embedding) VALUES (?, ?)`, i+1, pack(v))
	}
	exec(t, db, `COMMIT`)
}

func packIDs(ids []int64) []byte {
	var b []byte
	for _, id := range ids {
		b = binary.NativeEndian.AppendUint64(b, uint64(id))
	}
	return b
}

func knn(db *sql.DB, m Metric, p float64, k int, exclude []int64, query []float32) (Result, error) {
	var packed []byte
	err := db.QueryRow(`
		SELECT convnet_knn(?, ?, ?, ?, ?, c.validity, c.rowids, v.vectors)
		FROM vec_chunks c JOIN vec_vector_chunks00 v ON v._rowid_ = c.chunk_id`, m, p, k, packIDs(exclude), pack(query)).Scan(&packed)
	if err != nil {
		return Result{}, err
	}
	return Unpack(packed)
}

// reference is the metric's definition in float64.
func reference(m Metric, p float64, x, q []float32) float64 {
	if m == Cosine {
		return referenceCosine(x, q)
	}
	if m == Euclidean || m == SqEuclidean {
		p = 2
	}
	var largest, sum float64
	for i := range x {
		largest = max(largest, math.Abs(float64(x[i])-float64(q[i])))
	}
	if largest == 0 {
		return 0
	}
	for i := range x {
		sum += math.Pow(math.Abs(float64(x[i])-float64(q[i]))/largest, p)
	}
	d := largest * math.Pow(sum, 1/p)
	if m == SqEuclidean {
		return d * d
	}
	return d
}

func referenceCosine(x, q []float32) float64 {
	var xq, xx, qq float64
	for i := range x {
		xq += float64(x[i]) * float64(q[i])
		xx += float64(x[i]) * float64(x[i])
		qq += float64(q[i]) * float64(q[i])
	}
	switch {
	case xx == 0 && qq == 0:
		return 0
	case xx == 0 || qq == 0:
		return 1
	}
	return max(0, 1-xq/math.Sqrt(xx)/math.Sqrt(qq))
}

// bruteForce ranks all vectors by the reference.
func bruteForce(m Metric, p float64, vectors [][]float32, query []float32) []Neighbor {
	all := make([]Neighbor, len(vectors))
	for i, v := range vectors {
		all[i] = Neighbor{Rowid: int64(i + 1), Distance: reference(m, p, v, query)}
	}
	slices.SortFunc(all, func(a, b Neighbor) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Rowid, b.Rowid))
	})
	return all
}

type measure struct {
	metric Metric
	p      float64
}

var measures = []measure{{Cosine, 3}, {Euclidean, 3}, {SqEuclidean, 3}, {Minkowski, 1}, {Minkowski, 2}, {Minkowski, 3},
	{Minkowski, 4}, {Minkowski, 1.5}, {Minkowski, 7}, {Minkowski, 500}}

// distributions of numbers that floats handle well and badly.
var distributions = map[string]func(*rand.Rand) float32{
	"normal":   func(r *rand.Rand) float32 { return float32(r.NormFloat64()) },
	"positive": func(r *rand.Rand) float32 { return float32(max(0, r.NormFloat64())) },
	"offset":   func(r *rand.Rand) float32 { return float32(1000 + r.NormFloat64()) },
	"huge":     func(r *rand.Rand) float32 { return float32(1e38 * (2*r.Float64() - 1)) },
	"tiny":     func(r *rand.Rand) float32 { return float32(1e-38 * (2*r.Float64() - 1)) },
	"wide":     func(r *rand.Rand) float32 { return float32(r.NormFloat64() * math.Pow(10, 60*r.Float64()-30)) },
	"sparse":   func(r *rand.Rand) float32 { return float32(math.Floor(r.Float64()*1.05) * r.NormFloat64()) },
}

// relative returns how far two distances are apart for their size, or absolutely where the size itself has a scale.
func relative(m Metric, got, want float64) float64 {
	if m == Cosine {
		return math.Abs(got - want)
	}
	return math.Abs(got-want) / max(math.Abs(want), math.SmallestNonzeroFloat64)
}

func TestAgreesWithBruteForce(t *testing.T) {
	const rows, k = 20, 7
	db := open(t)
	for _, dim := range []int{1, 3, 8, 17, 100, 512, 1100, 8192} {
		for name, draw := range distributions {
			rng := rand.New(rand.NewPCG(uint64(dim), 7))
			vectors := make([][]float32, rows)
			for i := range vectors {
				vectors[i] = make([]float32, dim)
				for j := range vectors[i] {
					vectors[i][j] = draw(rng)
				}
			}
			fill(t, db, vectors, 8)
			t.Run(fmt.Sprintf("%d/%s", dim, name), func(t *testing.T) {
				for _, m := range measures {
					c := comparison{m, vectors, vectors[11], bruteForce(m.metric, m.p, vectors, vectors[11])}
					for _, kernel := range kernels(t) {
						Use(kernel)
						c.run(t, db, kernel, k)
					}
				}
			})
		}
	}
}

// comparison is a query and what the reference says to it.
type comparison struct {
	measure
	vectors [][]float32
	query   []float32
	want    []Neighbor
}

func (c comparison) run(t *testing.T, db *sql.DB, kernel string, k int) {
	t.Helper()
	got, err := knn(db, c.metric, c.p, k, nil, c.query)
	if err != nil {
		t.Fatal(err)
	}
	if got.Compared != len(c.vectors) || len(got.Neighbors) != k {
		t.Fatalf("%s %v: %d compared, %d neighbors", kernel, c.measure, got.Compared, len(got.Neighbors))
	}
	farthest := c.want[len(c.want)-1].Distance
	if e := relative(c.metric, got.Farthest, farthest); !(e <= 1e-9) {
		t.Errorf("%s %v: farthest = %g, want %g", kernel, c.measure, got.Farthest, farthest)
	}
	for i, n := range got.Neighbors {
		if e := relative(c.metric, n.Distance, c.want[i].Distance); !(e <= 1e-9) {
			t.Errorf("%s %v: rank %d = %v, want %v", kernel, c.measure, i, n, c.want[i])
		}
		// Which row it is matters only as far as the reference itself can tell.
		own := slices.IndexFunc(c.want, func(w Neighbor) bool { return w.Rowid == n.Rowid })
		if !(relative(c.metric, c.want[own].Distance, c.want[i].Distance) <= 1e-9) {
			t.Errorf("%s %v: rank %d is row %d, want row %d", kernel, c.measure, i, n.Rowid, c.want[i].Rowid)
		}
	}
}

// Every kernel must give the same bits: a result may not depend on the machine.
func TestKernelsAgreeExactly(t *testing.T) {
	db := open(t)
	rng := rand.New(rand.NewPCG(3, 9))
	vectors := make([][]float32, 500)
	for i := range vectors {
		vectors[i] = make([]float32, 77)
		for j := range vectors[i] {
			vectors[i][j] = rng.Float32()
		}
	}
	fill(t, db, vectors, 64)
	for _, m := range measures {
		var want Result
		for i, kernel := range kernels(t) {
			Use(kernel)
			got, err := knn(db, m.metric, m.p, 50, []int64{3}, vectors[2])
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				want = got
			}
			if got.Farthest != want.Farthest || !slices.Equal(got.Neighbors, want.Neighbors) {
				t.Errorf("%v: %s differs from %s", m, kernel, kernels(t)[0])
			}
		}
	}
}

func TestTiesAndExclusion(t *testing.T) {
	db := open(t)
	vectors := [][]float32{{1, 0}, {0, 1}, {1, 0}, {-1, 0}, {0, -1}, {1, 0}, {0, 0}, {2, 0}, {0, 3}}
	fill(t, db, vectors, 8)
	exec(t, db, `DELETE FROM vec WHERE rowid = 3`)
	tests := []struct {
		name    string
		m       measure
		k       int
		exclude []int64
		query   []float32
		want    []Neighbor
	}{
		{"euclidean from the origin", measure{Euclidean, 3}, 6, nil, []float32{0, 0},
			[]Neighbor{{7, 0}, {1, 1}, {2, 1}, {4, 1}, {5, 1}, {6, 1}}},
		{"fewer places than ties", measure{Euclidean, 3}, 2, []int64{7}, []float32{0, 0}, []Neighbor{{1, 1}, {2, 1}}},
		{"cosine", measure{Cosine, 3}, 8, []int64{1}, []float32{1, 0},
			[]Neighbor{{6, 0}, {8, 0}, {2, 1}, {5, 1}, {7, 1}, {9, 1}, {4, 2}}},
		{"several left out", measure{Euclidean, 3}, 4, []int64{1, 3, 6, 7, 100}, []float32{0, 0}, []Neighbor{{2, 1}, {4, 1}, {5, 1}, {8, 2}}},
		{"cosine of nothing", measure{Cosine, 3}, 3, nil, []float32{0, 0}, []Neighbor{{7, 0}, {1, 1}, {2, 1}}},
		{"city blocks", measure{Minkowski, 1}, 3, nil, []float32{1, 1}, []Neighbor{{1, 1}, {2, 1}, {6, 1}}},
	}
	for _, test := range tests {
		for _, kernel := range kernels(t) {
			t.Run(test.name+"/"+kernel, func(t *testing.T) {
				Use(kernel)
				got, err := knn(db, test.m.metric, test.m.p, test.k, test.exclude, test.query)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.Neighbors, test.want) {
					t.Errorf("got %v, want %v", got.Neighbors, test.want)
				}
			})
		}
	}
}

func TestNothingToCompare(t *testing.T) {
	db := open(t)
	fill(t, db, [][]float32{{1, 2}}, 8)
	for _, test := range []struct{ name, before string }{{"only the excluded", `SELECT 1`}, {"none left", `DELETE FROM vec`}, {"no chunk", `DELETE FROM vec_chunks`}} {
		exec(t, db, test.before)
		got, err := knn(db, Cosine, 3, 5, []int64{1}, []float32{1, 2})
		if err != nil || got.Compared != 0 || got.Farthest != 0 || len(got.Neighbors) != 0 {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
}

// A database file may come from anywhere: contradictions are refused, and so are numbers that are not finite.
func TestCraftedChunks(t *testing.T) {
	nan := []float32{float32(math.NaN()), 1}
	inf := []float32{1, float32(math.Inf(-1))}
	tests := []struct{ name, damage, want string }{
		{"vectors too short", `UPDATE vec_vector_chunks00 SET vectors = zeroblob(8)`, "contradict"},
		{"vectors empty", `UPDATE vec_vector_chunks00 SET vectors = zeroblob(0)`, "contradict"},
		{"vectors are text", `UPDATE vec_vector_chunks00 SET vectors = 'hello'`, "contradict"},
		{"vectors are null-like", `UPDATE vec_vector_chunks00 SET vectors = 0`, "contradict"},
		{"validity too long", `UPDATE vec_chunks SET validity = zeroblob(1000)`, "contradict"},
		{"rowids too short", `UPDATE vec_chunks SET rowids = zeroblob(8)`, "contradict"},
		{"NaN", `INSERT INTO vec (rowid, embedding) VALUES (40, x'` + fmt.Sprintf("%x", pack(nan)) + `')`, "image 40 holds a number that is not finite"},
		{"infinite", `INSERT INTO vec (rowid, embedding) VALUES (41, x'` + fmt.Sprintf("%x", pack(inf)) + `')`, "image 41 holds a number that is not finite"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := open(t)
			fill(t, db, [][]float32{{1, 2}, {3, 4}, {5, 6}}, 8)
			exec(t, db, test.damage)
			for _, m := range measures {
				if got, err := knn(db, m.metric, m.p, 2, nil, []float32{1, 2}); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v: %v, %v; want an error with %q", m, got, err, test.want)
				}
			}
		})
	}
}

func TestArgumentsOutOfRange(t *testing.T) {
	db := open(t)
	fill(t, db, [][]float32{{1, 2}}, 8)
	tests := []struct {
		metric Metric
		p      float64
		k      int
		query  []float32
	}{
		{-1, 3, 1, []float32{1, 2}}, {4, 3, 1, []float32{1, 2}}, {Minkowski, 0.5, 1, []float32{1, 2}},
		{Minkowski, math.NaN(), 1, []float32{1, 2}}, {Cosine, 3, 0, []float32{1, 2}}, {Cosine, 3, MaxK + 1, []float32{1, 2}},
		{Cosine, 3, 1, nil}, {Cosine, 3, 1, []float32{1, 2, 3}},
	}
	for _, test := range tests {
		if got, err := knn(db, test.metric, test.p, test.k, nil, test.query); err == nil {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, n := range []int{0, 8, 15, 17, 24} {
		if _, err := Unpack(make([]byte, n)); err == nil {
			t.Errorf("%d bytes: no error", n)
		}
	}
}
