package onnx_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// oldGraph is a graph of some nodes that makes y of x.
func oldGraph(opset int64, x *onnxpb.ValueInfoProto, nodes ...*onnxpb.NodeProto) *onnxpb.ModelProto {
	return &onnxpb.ModelProto{
		IrVersion: 4, OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: "my.company", Version: 3}, {Domain: "ai.onnx", Version: opset}},
		Graph: &onnxpb.GraphProto{Name: "old", Node: nodes, Input: []*onnxpb.ValueInfoProto{x}, Output: []*onnxpb.ValueInfoProto{floatInfo("y", nil)}},
	}
}

func picture(dims ...int64) *onnxpb.ValueInfoProto {
	return onnx.Declare("x", onnxpb.TensorProto_FLOAT, dims)
}

// made is a node that makes the first output, and perhaps others, of x.
func made(op string, outputs []string, attributes ...*onnxpb.AttributeProto) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{Name: "node", OpType: op, Input: []string{"x"}, Output: outputs, Attribute: attributes}
}

// A Softmax stays one node where that is known to mean the same, and means the same where it is not.
func TestUpgradeSoftmax(t *testing.T) {
	rt := ortruntest.Open(t)
	tests := map[string]struct {
		axis  int64
		dims  []int64   // that the file states, -1 where it leaves them open
		runs  [][]int64 // shapes that are given to it
		nodes int
	}{
		"the last axis":                {1, []int64{-1, 10}, [][]int64{{1, 10}, {4, 10}}, 1},
		"the last axis, from behind":   {-1, []int64{-1, 3, -1, -1}, [][]int64{{2, 3, 5, 4}}, 1},
		"the last axis of an open map": {3, []int64{-1, 3, -1, -1}, [][]int64{{2, 3, 5, 4}}, 1},
		"nothing behind it":            {1, []int64{-1, 10, 1, 1}, [][]int64{{1, 10, 1, 1}, {3, 10, 1, 1}}, 1},
		"a map behind it":              {1, []int64{-1, 3, 5, 4}, [][]int64{{1, 3, 5, 4}, {2, 3, 5, 4}}, 4},
		"an open map behind it":        {1, []int64{-1, 3, -1, -1}, [][]int64{{1, 3, 5, 4}, {2, 3, 1, 1}, {1, 3, 7, 9}}, 4},
		"a row of an open map":         {-2, []int64{-1, -1, -1, -1}, [][]int64{{1, 3, 5, 4}, {2, 3, 1, 1}}, 4},
		"all axes":                     {0, []int64{-1, 3, -1, 1}, [][]int64{{1, 3, 5, 1}, {2, 3, 4, 1}}, 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := oldGraph(11, picture(test.dims...), made("Softmax", []string{"y"}, onnx.Int("axis", test.axis)))
			newer := upgraded(t, m)
			if got := len(newer.Graph.Node); got != test.nodes {
				t.Errorf("%d nodes, want %d", got, test.nodes)
			}
			for _, dims := range test.runs {
				same(t, run(t, rt, newer, noise(dims...)), run(t, rt, m, noise(dims...)))
			}
		})
	}
}

// Outputs that only training makes are left out where nothing uses them.
func TestUpgradeLeavesTrainingOut(t *testing.T) {
	rt := ortruntest.Open(t)
	norm := func(attributes ...*onnxpb.AttributeProto) *onnxpb.ModelProto {
		n := made("BatchNormalization", []string{"y", "mean", "variance", "saved mean", "saved variance"}, attributes...)
		m := oldGraph(7, picture(-1, 8), n)
		for _, name := range []string{"scale", "shift", "means", "squares"} {
			n.Input = append(n.Input, name)
			m.Graph.Initializer = append(m.Graph.Initializer, onnx.FloatTensor(name, []int64{8}, ramp([]int64{8})))
		}
		return m
	}
	for name, m := range map[string]*onnxpb.ModelProto{
		"Dropout":                   oldGraph(7, picture(-1, 8), made("Dropout", []string{"y", "mask"}, onnx.Float("ratio", .5))),
		"Dropout with a bool mask":  oldGraph(10, picture(-1, 8), made("Dropout", []string{"y", "mask"})),
		"BatchNormalization":        norm(),
		"BatchNormalization, alone": norm(onnx.Int("spatial", 0)),
	} {
		t.Run(name, func(t *testing.T) {
			newer := upgraded(t, m)
			if n := newer.Graph.Node[0]; len(n.Output) != 1 || len(n.Attribute) != 0 {
				t.Errorf("it is not what it is outside of training: %v", n)
			}
			m.Graph.Node[0].Output = m.Graph.Node[0].Output[:1]
			same(t, run(t, rt, newer, noise(3, 8)), run(t, rt, m, noise(3, 8)))
		})
	}
}

func TestUpgradeRefuses(t *testing.T) {
	half := oldGraph(9, onnx.Declare("x", onnxpb.TensorProto_FLOAT16, []int64{1, 3}), made("Clip", []string{"y"}))
	for says, m := range map[string]*onnxpb.ModelProto{
		"older than 7":                oldGraph(6, picture(1, 3), made("Relu", []string{"y"})),
		"FLOAT16":                     half,
		"node (RoiAlign)":             oldGraph(10, picture(1, 3), made("RoiAlign", []string{"y"})),
		`uses its output "y"`:         oldGraph(9, picture(1, 3), made("Dropout", []string{"x2", "y"})),
		"spatial=0":                   oldGraph(7, picture(1, 3), made("BatchNormalization", []string{"y"}, onnx.Int("spatial", 0))),
		"attribute axes holds no num": oldGraph(9, picture(1, 3), made("Squeeze", []string{"y"}, onnx.String("axes", "1"))),
	} {
		if _, err := onnx.Upgrade(m); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}

// New values get names that no other has, and versions of other operators stay.
func TestUpgradeNamesAndVersions(t *testing.T) {
	m := oldGraph(9, picture(1, 3), made("Unsqueeze", []string{"axes_1"}, onnx.Ints("axes", 0)),
		&onnxpb.NodeProto{OpType: "Unsqueeze", Input: []string{"axes_1"}, Output: []string{"axes_3"}, Attribute: set(onnx.Ints("axes", 1))},
		&onnxpb.NodeProto{OpType: "Decode", Domain: "my.company", Input: []string{"axes_3"}, Output: []string{"y"}})
	newer := upgraded(t, m)
	if got := []string{newer.Graph.Initializer[0].Name, newer.Graph.Initializer[1].Name}; !slices.Equal(got, []string{"axes_2", "axes_4"}) {
		t.Errorf("the new values are called %q", got)
	}
	versions := map[string]int64{}
	for _, o := range newer.OpsetImport {
		versions[o.Domain] = o.Version
	}
	if got := fmt.Sprint(versions); got != "map[:17 my.company:3]" {
		t.Errorf("versions %s", got)
	}
	if newer.Graph.Node[2] != m.Graph.Node[2] {
		t.Error("a node that needs no change is another one")
	}
}

// Whatever an old graph holds, it ends with a graph or an error.
func FuzzUpgrade(f *testing.F) {
	for _, form := range oldForms {
		f.Add(mustMarshal(f, form.model()))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil {
			return
		}
		newer, err := onnx.Upgrade(m)
		if err == nil && onnx.Opset(newer) < onnx.DefaultOpset {
			t.Errorf("it has version %d", onnx.Opset(newer))
		}
	})
}
