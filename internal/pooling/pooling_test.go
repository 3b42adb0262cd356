package pooling

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in, want string // want "" is a refusal
	}{
		{"avg", "avg/1x1"},
		{"avg/1x1", "avg/1x1"},
		{"max/3x3", "max/3x3"},
		{"gem", "gem:3/1x1"},
		{"gem/2x2", "gem:3/2x2"},
		{"gem:3/2x2", "gem:3/2x2"},
		{"gem:2.5/8x8", "gem:2.5/8x8"},
		{"gem:1", "gem:1/1x1"},
		{"gem:1e1", "gem:10/1x1"},
		{"", ""},
		{"mean", ""},
		{"AVG", ""},
		{"avg:3", ""},
		{"gem:", ""},
		{"gem:0.5", ""},
		{"gem:11", ""},
		{"gem:NaN", ""},
		{"gem:Inf", ""},
		{"gem:-3", ""},
		{"avg/", ""},
		{"avg/0x0", ""},
		{"avg/2x3", ""},
		{"avg/9x9", ""},
		{"avg/2x2x2", ""},
		{"avg/02x2", ""},
		{"avg/2", ""},
		{"avg/2x2 ", ""},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			p, err := Parse(test.in)
			switch {
			case test.want == "" && err == nil:
				t.Fatalf("accepted as %v", p)
			case test.want == "" && !strings.Contains(err.Error(), test.in):
				t.Errorf("the error does not repeat the input: %v", err)
			case test.want != "" && err != nil:
				t.Fatal(err)
			case test.want != "" && p.String() != test.want:
				t.Errorf("got %v, want %v", p, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"avg", "gem:3/2x2", "max/8x8", "gem:1e0", "gem:0x1p1", "a/b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		if err := p.Validate(); err != nil {
			t.Errorf("%q gave an invalid pooling: %v", s, err)
		}
		again, err := Parse(p.String())
		if err != nil || again != p {
			t.Errorf("%q is %v, which reads as %v, %v", s, p, again, err)
		}
	})
}

func TestPoolingFit(t *testing.T) {
	tests := []struct {
		pooling                 string
		channels, height, width int
		want                    string
		dimension               int
	}{
		{"gem:3/2x2", 1024, 7, 7, "gem:3/2x2", 4096},
		{"gem:3/3x3", 1024, 7, 7, "gem:3/2x2", 4096},
		{"avg/3x3", 910, 7, 7, "avg/3x3", 8190},
		{"avg/3x3", 911, 7, 7, "avg/2x2", 3644},
		{"avg/2x2", 2048, 7, 7, "avg/2x2", 8192},
		{"avg/2x2", 2049, 7, 7, "avg/1x1", 2049},
		{"max/3x3", 64, 2, 5, "max/2x2", 256},
		{"max/3x3", 64, 1, 1, "max/1x1", 64},
		{"max/3x3", 64, 0, 0, "max/1x1", 64},
	}
	for _, test := range tests {
		p, err := Parse(test.pooling)
		if err != nil {
			t.Fatal(err)
		}
		fit := p.Fit(test.channels, test.height, test.width)
		if fit.String() != test.want || fit.Dimension(test.channels) != test.dimension {
			t.Errorf("%v of %d×%d×%d: got %v with %d numbers, want %v with %d", p, test.channels, test.height, test.width,
				fit, fit.Dimension(test.channels), test.want, test.dimension)
		}
	}
}

func TestCellsCoverTheAxis(t *testing.T) {
	for size := 1; size <= 40; size++ {
		for grid := 1; grid <= min(size, maxGrid); grid++ {
			all := cells(size, grid)
			if all[0] != 0 || all[2*grid-1] != int32(size) {
				t.Errorf("%d in %d cells: %v", size, grid, all)
			}
			for i := range grid {
				if all[2*i] >= all[2*i+1] || i > 0 && all[2*i] > all[2*i-1] {
					t.Errorf("%d in %d cells: %v has a hole", size, grid, all)
				}
			}
		}
	}
}
