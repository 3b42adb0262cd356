package onnx

// operator is what the package knows of one ONNX operator. Each kind of
// knowledge is a field, so that a new one is a new column of the table.
type operator struct {
	inputs int // how many inputs must be there
	shape  func(*node) ([]value, error)
	sign   sign
}

// operators has a row for every operator the package can reason about.
var operators = map[string]operator{
	// windows.go
	"Conv":              {2, convShape, signUnknown},
	"MaxPool":           {1, poolShape, signKept},
	"AveragePool":       {1, poolShape, signKept},
	"GlobalAveragePool": {1, globalPoolShape, signKept},
	"GlobalMaxPool":     {1, globalPoolShape, signKept},
	"Resize":            {1, resizeShape, signUnknown},

	// elementwise.go
	"Abs":                {1, sameShape, signNever},
	"BatchNormalization": {5, batchNormShape, signUnknown},
	"Cast":               {1, castShape, signKept},
	"Ceil":               {1, sameShape, signKept},
	"Clip":               {1, sameShape, signUnknown},
	"Dropout":            {1, sameShape, signKept},
	"Elu":                {1, sameShape, signKept},
	"Erf":                {1, sameShape, signKept},
	"Exp":                {1, sameShape, signNever},
	"Floor":              {1, sameShape, signKept},
	"HardSigmoid":        {1, sameShape, signNever},
	"HardSwish":          {1, sameShape, signKept},
	"Identity":           {1, castShape, signKept},
	"LRN":                {1, sameShape, signKept},
	"LeakyRelu":          {1, sameShape, signKept},
	"Log":                {1, sameShape, signUnknown},
	"LogSoftmax":         {1, sameShape, signUnknown},
	"Neg":                {1, sameShape, signUnknown},
	"Reciprocal":         {1, sameShape, signUnknown},
	"Relu":               {1, sameShape, signNever},
	"Selu":               {1, sameShape, signKept},
	"Sigmoid":            {1, sameShape, signNever},
	"Sign":               {1, sameShape, signKept},
	"Softmax":            {1, sameShape, signNever},
	"Softplus":           {1, sameShape, signNever},
	"Sqrt":               {1, sameShape, signNever},
	"Tanh":               {1, sameShape, signKept},
	"Add":                {2, broadcastShape, signKept},
	"Div":                {2, broadcastShape, signKept},
	"Max":                {1, broadcastShape, signUnknown},
	"Min":                {1, broadcastShape, signKept},
	"Mul":                {2, broadcastShape, signKept},
	"PRelu":              {2, broadcastShape, signUnknown},
	"Pow":                {2, broadcastShape, signUnknown},
	"Sub":                {2, broadcastShape, signUnknown},
	"Sum":                {1, broadcastShape, signKept},
	"Gemm":               {2, gemmShape, signUnknown},
	"MatMul":             {2, matMulShape, signUnknown},

	// arrange.go
	"Concat":    {1, concatShape, signKept},
	"Constant":  {0, constantShape, signUnknown},
	"Flatten":   {1, flattenShape, signKept},
	"Gather":    {2, gatherShape, signUnknown},
	"Pad":       {1, padShape, signUnknown},
	"Reshape":   {1, reshapeShape, signKept},
	"Shape":     {1, shapeShape, signUnknown},
	"Transpose": {1, transposeShape, signKept},

	// slice.go, axes.go
	"ReduceMax":  {1, reduceShape, signKept},
	"ReduceMean": {1, reduceShape, signKept},
	"ReduceSum":  {1, reduceShape, signKept},
	"Slice":      {1, sliceShape, signKept},
	"Squeeze":    {1, squeezeShape, signKept},
	"Unsqueeze":  {1, unsqueezeShape, signKept},
}
