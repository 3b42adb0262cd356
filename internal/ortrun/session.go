package ortrun

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// Options says how a session runs.
type Options struct {
	Threads int      // threads within one operator; 0 means 1
	Outputs []string // what Run returns; nil means the graph's outputs

	// Provider is the execution provider, one of Providers; "" is cpu.
	Provider string
}

// Tensor is a float32 array in Go's memory.
type Tensor struct {
	Shape []int64
	Data  []float32
}

// Session is a graph ready to run. Its methods may be called by several
// goroutines at once.
type Session struct {
	session *ort.DynamicAdvancedSession
	inputs  []string
	outputs []string

	closing sync.RWMutex // held for reading while running
	closed  bool
}

// NewSession prepares a model, given as the bytes of an .onnx file whose inputs
// are float32.
func (r *Runtime) NewSession(model []byte, opt Options) (*Session, error) {
	inputs, outputs, err := names(model, opt)
	if err != nil {
		return nil, err
	}
	options, err := sessionOptions(opt)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(model, inputs, outputs, options)
	if err != nil {
		return nil, fmt.Errorf("prepare network: %w", err)
	}
	return &Session{session: s, inputs: inputs, outputs: outputs}, nil
}

// names finds what to feed and what to ask for.
func names(model []byte, opt Options) (inputs, wanted []string, err error) {
	inputs, outputs, err := onnx.InputsOutputs(model)
	if err != nil {
		return nil, nil, err
	}
	if len(inputs) == 0 {
		return nil, nil, errors.New("the network has no inputs")
	}
	wanted = slices.Clone(opt.Outputs)
	if wanted == nil {
		wanted = outputs
	}
	for _, name := range wanted {
		if !slices.Contains(outputs, name) {
			return nil, nil, fmt.Errorf("the network has no output %q; it has %v", name, outputs)
		}
	}
	if len(wanted) == 0 {
		return nil, nil, errors.New("the network has no outputs")
	}
	return inputs, wanted, nil
}

func sessionOptions(opt Options) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("prepare network: %w", err)
	}
	err = errors.Join(
		options.SetIntraOpNumThreads(max(opt.Threads, 1)),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		options.SetLogSeverityLevel(ort.LoggingLevelError),
		// A waiting thread must not burn a core that another session could use.
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		// It merges a Pad of zeros into a MaxPool, whose own padding never wins:
		// wrong wherever a window at the edge holds only negative values.
		options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "Pad_Fusion"),
		// A quantized graph computes what it says, in float32: with operators of int8 the result would depend on the
		// CPU and on which layers are taken, and some graphs would be refused (QLinearAdd of scales of shape [1]).
		options.AddSessionConfigEntry("session.disable_quant_qdq", "1"),
	)
	if err == nil {
		err = use(options, opt.Provider)
	}
	if err != nil {
		options.Destroy()
		return nil, fmt.Errorf("prepare network: %w", err)
	}
	return options, nil
}

// Inputs names what Run takes, in order.
func (s *Session) Inputs() []string { return slices.Clone(s.inputs) }

// Outputs names what Run returns, in order.
func (s *Session) Outputs() []string { return slices.Clone(s.outputs) }

// Run runs the network on its inputs, in the graph's order. Only before the run
// starts does it look at ctx: a run takes milliseconds.
func (s *Session) Run(ctx context.Context, inputs ...Tensor) ([]Tensor, error) {
	outputs := make([]ort.Value, len(s.outputs))
	defer destroy(outputs)
	if err := s.run(ctx, inputs, func(*runtime.Pinner) ([]ort.Value, error) { return outputs, nil }); err != nil {
		return nil, err
	}
	return s.copyOut(outputs)
}

// RunInto is Run into memory that the caller keeps for more than one run: outputs
// has a tensor of the right shape for each of the session's outputs.
func (s *Session) RunInto(ctx context.Context, inputs, outputs []Tensor) error {
	var values []ort.Value
	defer func() { destroy(values) }()
	return s.run(ctx, inputs, func(pin *runtime.Pinner) (_ []ort.Value, err error) {
		values, err = wrapAll(outputs, pin)
		return values, err
	})
}

// run runs the network; prepare makes room for its outputs.
func (s *Session) run(ctx context.Context, inputs []Tensor, prepare func(*runtime.Pinner) ([]ort.Value, error)) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errors.New("run network: the session is closed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(inputs) != len(s.inputs) {
		return fmt.Errorf("run network on %d inputs: it has %q", len(inputs), s.inputs)
	}
	// ONNX Runtime reads and writes Go's memory in place while it runs.
	var pin runtime.Pinner
	defer pin.Unpin()
	ins, err := wrapAll(inputs, &pin)
	defer destroy(ins)
	if err != nil {
		return err
	}
	outs, err := prepare(&pin)
	if err != nil {
		return err
	}
	if err := s.session.Run(ins, outs); err != nil {
		return fmt.Errorf("run network on an input of shape %v: %w", inputs[0].Shape, err)
	}
	return nil
}

// wrapAll shows tensors to ONNX Runtime; on an error, those before the one at fault.
func wrapAll(tensors []Tensor, pin *runtime.Pinner) ([]ort.Value, error) {
	values := make([]ort.Value, 0, len(tensors))
	for _, t := range tensors {
		v, err := wrap(t, pin)
		if err != nil {
			return values, err
		}
		values = append(values, v)
	}
	return values, nil
}

// wrap shows a tensor to ONNX Runtime where it lies.
func wrap(t Tensor, pin *runtime.Pinner) (ort.Value, error) {
	if want := ort.Shape(t.Shape).FlattenedSize(); want <= 0 || want != int64(len(t.Data)) {
		return nil, fmt.Errorf("run network with a tensor of shape %v: it holds %d numbers", t.Shape, len(t.Data))
	}
	pin.Pin(&t.Data[0])
	v, err := ort.NewTensor(t.Shape, t.Data)
	if err != nil {
		return nil, fmt.Errorf("run network with a tensor of shape %v: %w", t.Shape, err)
	}
	return v, nil
}

func (s *Session) copyOut(outputs []ort.Value) ([]Tensor, error) {
	tensors := make([]Tensor, len(outputs))
	for i, v := range outputs {
		t, ok := v.(*ort.Tensor[float32])
		if !ok {
			return nil, fmt.Errorf("run network: its output %s is not float32", s.outputs[i])
		}
		// The bindings have copied the numbers into a Go slice, which outlives
		// the tensor around it.
		tensors[i] = Tensor{Shape: slices.Clone([]int64(t.GetShape())), Data: t.GetData()}
	}
	return tensors, nil
}

func destroy(values []ort.Value) {
	for _, v := range values {
		if t, ok := v.(*ort.Tensor[float32]); v != nil && !(ok && t == nil) { // the bindings leave nil tensors after errors
			v.Destroy()
		}
	}
}

// Close frees the session after the runs in progress. Closing twice is fine.
func (s *Session) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.session.Destroy()
}
