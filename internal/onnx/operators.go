package onnx

// operator is what the package knows of one ONNX operator. Each kind of
// knowledge is a field, so that a new one is a new column of the table.
type operator struct {
	inputs int // how many inputs must be there
	shape  func(*node) ([]value, error)
}

// operators has a row for every operator the package can reason about.
var operators = map[string]operator{
	// windows.go
	"Conv":              {2, convShape},
	"MaxPool":           {1, poolShape},
	"AveragePool":       {1, poolShape},
	"GlobalAveragePool": {1, globalPoolShape},
	"GlobalMaxPool":     {1, globalPoolShape},
	"Resize":            {1, resizeShape},

	// elementwise.go
	"Abs":                {1, sameShape},
	"BatchNormalization": {5, batchNormShape},
	"Cast":               {1, castShape},
	"Ceil":               {1, sameShape},
	"Clip":               {1, sameShape},
	"Dropout":            {1, sameShape},
	"Elu":                {1, sameShape},
	"Erf":                {1, sameShape},
	"Exp":                {1, sameShape},
	"Floor":              {1, sameShape},
	"HardSigmoid":        {1, sameShape},
	"HardSwish":          {1, sameShape},
	"Identity":           {1, castShape},
	"LRN":                {1, sameShape},
	"LeakyRelu":          {1, sameShape},
	"Log":                {1, sameShape},
	"LogSoftmax":         {1, sameShape},
	"Neg":                {1, sameShape},
	"Reciprocal":         {1, sameShape},
	"Relu":               {1, sameShape},
	"Selu":               {1, sameShape},
	"Sigmoid":            {1, sameShape},
	"Sign":               {1, sameShape},
	"Softmax":            {1, sameShape},
	"Softplus":           {1, sameShape},
	"Sqrt":               {1, sameShape},
	"Tanh":               {1, sameShape},
	"Add":                {2, broadcastShape},
	"Div":                {2, broadcastShape},
	"Max":                {1, broadcastShape},
	"Min":                {1, broadcastShape},
	"Mul":                {2, broadcastShape},
	"PRelu":              {2, broadcastShape},
	"Pow":                {2, broadcastShape},
	"Sub":                {2, broadcastShape},
	"Sum":                {1, broadcastShape},
	"Gemm":               {2, gemmShape},
	"MatMul":             {2, matMulShape},

	// arrange.go
	"Concat":    {1, concatShape},
	"Constant":  {0, constantShape},
	"Flatten":   {1, flattenShape},
	"Gather":    {2, gatherShape},
	"Pad":       {1, padShape},
	"Reshape":   {1, reshapeShape},
	"Shape":     {1, shapeShape},
	"Transpose": {1, transposeShape},

	// slice.go, axes.go
	"ReduceMax":  {1, reduceShape},
	"ReduceMean": {1, reduceShape},
	"ReduceSum":  {1, reduceShape},
	"Slice":      {1, sliceShape},
	"Squeeze":    {1, squeezeShape},
	"Unsqueeze":  {1, unsqueezeShape},
}
