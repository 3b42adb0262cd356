package onnx

// operator is what the package knows of one ONNX operator. Each kind of
// knowledge is a field, so that a new one is a new column of the table.
type operator struct {
	inputs int // how many inputs must be there
	shape  func(*node) ([]value, error)
}

// operators has a row for every operator the package can reason about.
var operators = map[string]operator{
	// windows.go, transposed.go
	"Conv":              {2, convShape},
	"ConvTranspose":     {2, convTransposeShape},
	"MaxPool":           {1, maxPoolShape},
	"AveragePool":       {1, poolShape},
	"LpPool":            {1, poolShape},
	"GlobalAveragePool": {1, globalPoolShape},
	"GlobalLpPool":      {1, globalPoolShape},
	"GlobalMaxPool":     {1, globalPoolShape},

	// resize.go
	"Resize":   {1, resizeShape},
	"Upsample": {1, resizeShape},

	// elementwise.go, of one input
	"Abs":             {1, sameShape},
	"Acos":            {1, sameShape},
	"Acosh":           {1, sameShape},
	"Asin":            {1, sameShape},
	"Asinh":           {1, sameShape},
	"Atan":            {1, sameShape},
	"Atanh":           {1, sameShape},
	"Cast":            {1, sameShape},
	"CastLike":        {2, sameShape},
	"Ceil":            {1, sameShape},
	"Celu":            {1, sameShape},
	"Clip":            {1, sameShape},
	"Cos":             {1, sameShape},
	"Cosh":            {1, sameShape},
	"CumSum":          {2, sameShape},
	"Dropout":         {1, twiceShape},
	"Elu":             {1, sameShape},
	"Erf":             {1, sameShape},
	"Exp":             {1, sameShape},
	"Floor":           {1, sameShape},
	"Gelu":            {1, sameShape},
	"HardSigmoid":     {1, sameShape},
	"HardSwish":       {1, sameShape},
	"Hardmax":         {1, sameShape},
	"Identity":        {1, sameShape},
	"IsInf":           {1, sameShape},
	"IsNaN":           {1, sameShape},
	"LeakyRelu":       {1, sameShape},
	"Log":             {1, sameShape},
	"LogSoftmax":      {1, sameShape},
	"Mish":            {1, sameShape},
	"Neg":             {1, sameShape},
	"Not":             {1, sameShape},
	"Reciprocal":      {1, sameShape},
	"Relu":            {1, sameShape},
	"Round":           {1, sameShape},
	"Selu":            {1, sameShape},
	"Shrink":          {1, sameShape},
	"Sigmoid":         {1, sameShape},
	"Sign":            {1, sameShape},
	"Sin":             {1, sameShape},
	"Sinh":            {1, sameShape},
	"Softmax":         {1, sameShape},
	"Softplus":        {1, sameShape},
	"Softsign":        {1, sameShape},
	"Sqrt":            {1, sameShape},
	"Tan":             {1, sameShape},
	"Tanh":            {1, sameShape},
	"ThresholdedRelu": {1, sameShape},
	"Trilu":           {1, sameShape},

	// elementwise.go, of several inputs
	"Add":            {2, broadcastShape},
	"And":            {2, broadcastShape},
	"Div":            {2, broadcastShape},
	"Equal":          {2, broadcastShape},
	"Greater":        {2, broadcastShape},
	"GreaterOrEqual": {2, broadcastShape},
	"Less":           {2, broadcastShape},
	"LessOrEqual":    {2, broadcastShape},
	"Max":            {1, broadcastShape},
	"Mean":           {1, broadcastShape},
	"Min":            {1, broadcastShape},
	"Mod":            {2, broadcastShape},
	"Mul":            {2, broadcastShape},
	"Or":             {2, broadcastShape},
	"PRelu":          {2, broadcastShape},
	"Pow":            {2, broadcastShape},
	"Sub":            {2, broadcastShape},
	"Sum":            {1, broadcastShape},
	"Where":          {3, broadcastShape},
	"Xor":            {2, broadcastShape},
	"Gemm":           {2, gemmShape},
	"MatMul":         {2, matMulShape},

	// normalize.go
	"BatchNormalization":        {5, batchNormShape},
	"DequantizeLinear":          {2, sameShape},
	"DynamicQuantizeLinear":     {1, dynamicQuantizeShape},
	"GroupNormalization":        {3, sameShape},
	"InstanceNormalization":     {3, instanceNormShape},
	"LRN":                       {1, sameShape},
	"LayerNormalization":        {2, layerNormShape},
	"LpNormalization":           {1, sameShape},
	"MeanVarianceNormalization": {1, sameShape},
	"QuantizeLinear":            {2, sameShape},

	// arrange.go
	"Concat":    {1, concatShape},
	"Flatten":   {1, flattenShape},
	"Pad":       {1, padShape},
	"Reshape":   {1, reshapeShape},
	"Transpose": {1, transposeShape},

	// blocks.go
	"DepthToSpace": {1, depthToSpaceShape},
	"SpaceToDepth": {1, spaceToDepthShape},

	// repeat.go
	"Constant":        {0, constantShape},
	"ConstantOfShape": {1, constantOfShapeShape},
	"Expand":          {2, expandShape},
	"Range":           {3, rangeShape},
	"Shape":           {1, shapeShape},
	"Size":            {1, sizeShape},
	"Tile":            {2, tileShape},

	// slice.go, split.go
	"Gather":         {2, gatherShape},
	"GatherElements": {2, gatherElementsShape},
	"Slice":          {1, sliceShape},
	"Split":          {1, splitShape},

	// axes.go, search.go
	"ArgMax":          {1, argShape},
	"ArgMin":          {1, argShape},
	"ReduceL1":        {1, reduceShape},
	"ReduceL2":        {1, reduceShape},
	"ReduceLogSum":    {1, reduceShape},
	"ReduceLogSumExp": {1, reduceShape},
	"ReduceMax":       {1, reduceShape},
	"ReduceMean":      {1, reduceShape},
	"ReduceMin":       {1, reduceShape},
	"ReduceProd":      {1, reduceShape},
	"ReduceSum":       {1, reduceShape},
	"ReduceSumSquare": {1, reduceShape},
	"Squeeze":         {1, squeezeShape},
	"TopK":            {1, topKShape},
	"Unsqueeze":       {1, unsqueezeShape},
}
