package visualize

import (
	"crypto/sha256"
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
}

// DefaultParameters are Lucid's.
var DefaultParameters = Parameters{Size: 128, Steps: 512, Rate: 0.05, Param: "fourier", Transforms: "standard", Count: 1, Diversity: 1}

// recipe numbers the way in which pictures are made. It is counted up when the same parameters make other pictures.
const recipe = 1

// JSON is the same text for the same parameters.
func (p Parameters) JSON() []byte {
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
	return p.Render().Validate()
}

// Render is what package featvis needs to know of them.
func (p Parameters) Render() featvis.Options {
	return featvis.Options{Size: p.Size, Count: p.Count, Steps: p.Steps, Seed: p.Seed, Rate: p.Rate, Param: p.Param, Transforms: p.Transforms}
}

// Goals is what package cnn needs to know of them, for objectives like the given one.
func (p Parameters) Goals(o Objective, threads int, provider string) cnn.ExciterOptions {
	return cnn.ExciterOptions{
		Goals: []cnn.Goal{o.Goal}, Count: p.Count, Diversity: float32(p.Diversity), Threads: threads, Provider: provider,
	}
}
