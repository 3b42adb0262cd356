package onnx

// backward is a node on the way back.
type backward struct {
	*reverse
	node
	dys []string // the derivatives by its outputs, "" where nothing hangs on one
}

// gradientRule says how the derivative by a node's outputs becomes those by its inputs.
type gradientRule struct {
	data int // how many inputs, from the first on, may hang on the picture
	rule func(*backward) []string
}

// any is for operators that take any number of inputs.
const anyNumber = 1 << 30

// gradients has a row for every operator that can be differentiated.
var gradients = map[string]gradientRule{
	// gradient_window.go, gradient_pool.go
	"Conv": {1, (*backward).conv}, "ConvTranspose": {1, (*backward).convTranspose},
	"MaxPool": {1, (*backward).maxPool}, "AveragePool": {1, (*backward).averagePool},
	"GlobalAveragePool": {1, (*backward).globalAverage}, "GlobalMaxPool": {1, (*backward).globalMax},

	// gradient_unary.go
	"Abs": {1, unary(derivativeOfAbs)}, "Celu": {1, unary(derivativeOfCelu)}, "Clip": {1, (*backward).clip}, "Cos": {1, unary(derivativeOfCos)},
	"Elu": {1, unary(derivativeOfElu)}, "Erf": {1, unary(derivativeOfErf)}, "Exp": {1, unary(derivativeOfExp)},
	"HardSigmoid": {1, unary(derivativeOfHardSigmoid)}, "HardSwish": {1, unary(derivativeOfHardSwish)}, "LeakyRelu": {1, unary(derivativeOfLeakyRelu)},
	"Log": {1, unary(derivativeOfLog)}, "Neg": {1, (*backward).neg}, "Reciprocal": {1, unary(derivativeOfReciprocal)}, "Relu": {1, (*backward).relu},
	"Selu": {1, unary(derivativeOfSelu)}, "Sigmoid": {1, unary(derivativeOfSigmoid)}, "Sin": {1, unary(derivativeOfSin)},
	"Softplus": {1, unary(derivativeOfSoftplus)}, "Softsign": {1, unary(derivativeOfSoftsign)}, "Sqrt": {1, unary(derivativeOfSqrt)},
	"Tanh": {1, unary(derivativeOfTanh)}, "ThresholdedRelu": {1, unary(derivativeOfThresholdedRelu)},
	"Cast": {1, (*backward).cast}, "Dropout": {1, (*backward).same}, "Identity": {1, (*backward).same},
	"QuantizeLinear": {1, (*backward).same}, "DequantizeLinear": {1, (*backward).same}, // as if nothing were rounded

	// gradient_binary.go
	"Add": {2, (*backward).add}, "Sub": {2, (*backward).sub}, "Mul": {2, (*backward).mul}, "Div": {2, (*backward).div},
	"Max": {2, (*backward).larger}, "Min": {2, (*backward).smaller}, "Mean": {anyNumber, (*backward).mean}, "Pow": {1, (*backward).pow}, "PRelu": {1, (*backward).prelu},
	"Sum": {anyNumber, (*backward).addAll}, "Where": {3, (*backward).where},

	// gradient_matrix.go
	"Gemm": {3, (*backward).gemm}, "MatMul": {2, (*backward).matMul},

	// gradient_move.go
	"Concat": {anyNumber, (*backward).concat}, "Split": {1, (*backward).split},
	"Flatten": {1, (*backward).reshape}, "Reshape": {1, (*backward).reshape}, "Squeeze": {1, (*backward).reshape}, "Unsqueeze": {1, (*backward).reshape},
	"Transpose": {1, (*backward).transpose}, "Expand": {1, (*backward).expand},
	"DepthToSpace": {1, (*backward).depthToSpace}, "SpaceToDepth": {1, (*backward).spaceToDepth},

	// gradient_linear.go
	"Gather": {1, (*backward).gather}, "Pad": {1, (*backward).pad}, "Resize": {1, (*backward).resize}, "Slice": {1, (*backward).slice},

	// gradient_reduce.go
	"ReduceMean": {1, (*backward).reduceMean}, "ReduceSum": {1, (*backward).reduceSum}, "ReduceMax": {1, (*backward).reduceMax},
	"ReduceL2": {1, (*backward).reduceL2}, "ReduceSumSquare": {1, (*backward).reduceSumSquare},
	"Softmax": {1, (*backward).softmax}, "LogSoftmax": {1, (*backward).logSoftmax},

	// gradient_norm.go
	"BatchNormalization": {1, (*backward).batchNorm}, "InstanceNormalization": {1, (*backward).instanceNorm},
	"LayerNormalization": {1, (*backward).layerNorm}, "LRN": {1, (*backward).lrn},
}

// x is the name of an input, and y that of the first output.
func (s *backward) x(i int) string { return s.NodeProto.Input[i] }
func (s *backward) y() string      { return s.Output[0] }

// dy is the derivative by the first output: zeros where only another one is used.
func (s *backward) dy() string {
	if s.dys[0] == "" {
		s.dys[0] = s.zeros(s.Dims(s.y()))
	}
	return s.dys[0]
}

// moves reports whether an input hangs on the picture.
func (s *backward) moves(i int) bool {
	return i < len(s.NodeProto.Input) && s.seen[s.NodeProto.Input[i]]
}

func (r *reverse) ones(dims []int64) string  { return r.filled(dims, 1) }
func (r *reverse) zeros(dims []int64) string { return r.filled(dims, 0) }

// filled is a constant; the runtime makes it when it loads the graph.
func (r *reverse) filled(dims []int64, v float32) string {
	return r.Expand("", r.scalar(v), dims...)
}

// times is x multiplied by a number.
func (r *reverse) times(x string, factor float32) string {
	if factor == 1 {
		return x
	}
	return r.Mul("", x, r.scalar(factor))
}
