package visualize

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/featvis"
)

// Parameters are all that decides what a picture looks like, beside the network and the objective.
type Parameters struct {
	Size       int     `json:"size"`
	Steps      int     `json:"steps"`
	Seed       uint64  `json:"seed"`
	Rate       float64 `json:"rate"`
	Param      string  `json:"param"`
	Transforms string  `json:"transforms"`
	Count      int     `json:"count"`
	Diversity  float64 `json:"diversity"`

	// Spectrum names what the param maco holds the strengths of frequencies to: 1/f, or a dataset and its mean spectrum's
	// hash, the numbers of which are Magnitudes. Other params have none.
	Spectrum   string    `json:"spectrum,omitempty"`
	Magnitudes []float32 `json:"-"`
}

// GeneralSpectrum is what natural pictures have in general.
const GeneralSpectrum = "1/f"

// WithSpectrum are the same parameters with the mean spectrum of a dataset's pictures.
func (p Parameters) WithSpectrum(dataset string, magnitudes []float32) Parameters {
	sum := sha256.New()
	binary.Write(sum, binary.LittleEndian, magnitudes) // a hash takes everything
	p.Spectrum, p.Magnitudes = fmt.Sprintf("%s@%x", dataset, sum.Sum(nil)[:6]), magnitudes
	return p
}

// DefaultParameters are Lucid's.
var DefaultParameters = Parameters{Size: 128, Steps: 512, Rate: 0.05, Param: "fourier", Transforms: "standard", Count: 1, Diversity: 1}

// recipe numbers the way in which pictures are made. It is counted up when the same parameters make other pictures.
const recipe = 2

// JSON is the same text for the same parameters.
func (p Parameters) JSON() []byte {
	if p.Param == "maco" && p.Spectrum == "" {
		p.Spectrum = GeneralSpectrum
	}
	if p.Count <= 1 {
		p.Diversity = 0 // which says nothing of a single picture
	}
	text, err := json.Marshal(struct {
		Parameters
		Recipe int `json:"recipe"`
	}{p, recipe})
	if err != nil {
		panic("visualize: parameters that Validate refuses: " + err.Error()) // only numbers that are none
	}
	return text
}

// Hash is that of parameters in JSON.
func Hash(parameters []byte) [32]byte { return sha256.Sum256(parameters) }

// Validate checks what a user may have typed.
func (p Parameters) Validate() error {
	if math.IsNaN(p.Diversity) || math.IsInf(p.Diversity, 0) {
		return fmt.Errorf("the diversity %v is no number", p.Diversity)
	}
	switch own := p.Spectrum != "" && p.Spectrum != GeneralSpectrum; {
	case p.Spectrum != "" && p.Param != "maco":
		return fmt.Errorf("a spectrum is held by the param maco, not by %s", p.Param)
	case own && p.Magnitudes == nil:
		return fmt.Errorf("the spectrum %s is not at hand", p.Spectrum)
	}
	return p.Render().Validate()
}

// Render is what package featvis needs to know of them.
func (p Parameters) Render() featvis.Options {
	return featvis.Options{Size: p.Size, Count: p.Count, Steps: p.Steps, Seed: p.Seed, Rate: p.Rate, Param: p.Param, Transforms: p.Transforms, Magnitudes: p.Magnitudes}
}

// Goals is what package cnn needs to know of them, for objectives like the given one.
func (p Parameters) Goals(o Objective, threads int, provider string) cnn.ExciterOptions {
	return cnn.ExciterOptions{
		Goals: []cnn.Goal{o.Goal}, Count: p.Count, Diversity: float32(p.Diversity), Threads: threads, Provider: provider,
	}
}
