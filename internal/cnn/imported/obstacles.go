package imported

import (
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Versions of the standard operators that are understood. Before 7 some operators broadcast by other rules.
const minOpset, maxOpset = 7, 21

// checkVersion refuses files whose operators mean something else, or may.
func checkVersion(m *onnxpb.ModelProto) error {
	if v := onnx.Opset(m); v < minOpset || v > maxOpset {
		return fmt.Errorf("it uses version %d of ONNX' operators (opset); versions %d to %d are understood: "+
			"export it again with opset_version=17, or change it with onnx.version_converter", v, minOpset, maxOpset)
	}
	if len(m.GetFunctions()) > 0 {
		return fmt.Errorf("it keeps parts of the network as functions of its own, such as %s; write them out with onnx.inliner.inline_local_functions",
			m.GetFunctions()[0].GetName())
	}
	return nil
}

// convolutions are the operators that make a network what it is, quantized and fused ones included.
var convolutions = []string{"Conv", "ConvTranspose", "QLinearConv", "ConvInteger", "FusedConv", "NhwcConv", "QLinearConvTranspose"}

// obstacle says why a node cannot be taken in; empty if it can.
func obstacle(n *onnxpb.NodeProto) string {
	op := n.GetOpType()
	switch {
	case op == "If" || op == "Loop" || op == "Scan":
		return op + ", which chooses or repeats parts of the network while it runs; export it for a fixed input, or simplify it with onnxsim"
	case slices.Contains([]string{"QLinearConv", "ConvInteger", "QLinearMatMul", "MatMulInteger", "QLinearConvTranspose"}, op):
		return op + ", which computes in integers; quantize the network in QDQ format instead (quant_format=QuantFormat.QDQ), or give the one it was made from"
	case onnx.Knows(n):
		return ""
	case n.GetDomain() == "com.microsoft" || n.GetDomain() == "com.microsoft.nchwc":
		return op + " of ONNX Runtime, which is not in the standard; give the network as it was before ONNX Runtime optimized it"
	case n.GetDomain() != "" && n.GetDomain() != "ai.onnx":
		return fmt.Sprintf("%s of %q, which is not in the standard", op, n.GetDomain())
	}
	return op + ", which convnet does not know"
}

// withoutObstacles leaves out what lies behind operators that cannot be taken in, as the boxes and labels of a detector
// do. It is an error if a convolution would be lost.
func withoutObstacles(m *onnxpb.ModelProto) (*onnxpb.ModelProto, []string, error) {
	reasons, lost := map[string]string{}, []string{} // reasons by value
	for _, n := range m.GetGraph().GetNode() {
		why := obstacle(n)
		if why != "" {
			why = fmt.Sprintf("node %s is %s", quoted(n), why)
			lost = append(lost, why)
		}
		for _, in := range n.GetInput() {
			if why == "" {
				why = reasons[in]
			}
		}
		if why == "" {
			continue
		}
		if slices.Contains(convolutions, n.GetOpType()) {
			return nil, nil, fmt.Errorf("%s", why)
		}
		for _, out := range n.GetOutput() {
			reasons[out] = why
		}
	}
	if len(lost) == 0 {
		return m, nil, nil
	}
	rest, err := onnx.Prune(m, ends(m, reasons))
	if err != nil {
		return nil, nil, fmt.Errorf("%s", lost[0])
	}
	return rest, []string{"left out, with all that follows: " + strings.Join(lost[:min(3, len(lost))], "; ")}, nil
}

// ends are the values that nothing else is made of but what is lost.
func ends(m *onnxpb.ModelProto, lost map[string]string) []string {
	used := map[string]bool{}
	for _, n := range m.GetGraph().GetNode() {
		for _, in := range n.GetInput() {
			used[in] = used[in] || lost[n.GetOutput()[0]] == ""
		}
	}
	var found []string
	for _, n := range m.GetGraph().GetNode() {
		if out := n.GetOutput()[0]; lost[out] == "" && !used[out] && n.GetOpType() != "Constant" {
			found = append(found, out)
		}
	}
	return found
}

func quoted(n *onnxpb.NodeProto) string {
	if n.GetName() == "" {
		return fmt.Sprintf("%q", n.GetOutput()[0])
	}
	return fmt.Sprintf("%q", n.GetName())
}
