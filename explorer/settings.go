package explorer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Fact is a name and what is to be said about it.
type Fact struct{ Name, Value string }

// parameters is what the pages say of the parameters that a picture was made with. They are what made it, so any of them
// may be missing in a file from elsewhere.
type parameters struct {
	Steps      int     `json:"steps"`
	Rate       float64 `json:"rate"`
	Param      string  `json:"param"`
	Transforms string  `json:"transforms"`
	Seed       uint64  `json:"seed"`
	Count      int     `json:"count"`
	Diversity  float64 `json:"diversity"`
}

// settings says how a picture was made.
func settings(p *Picture) []Fact {
	var made parameters
	if err := json.Unmarshal(p.Parameters, &made); err != nil {
		made = parameters{} // somebody else's parameters: what is stored beside them is said all the same
	}
	facts := []Fact{{"Size", fmt.Sprintf("%d × %d pixels", p.Size, p.Size)}}
	add := func(name, value string, said bool) {
		if said {
			facts = append(facts, Fact{name, value})
		}
	}
	add("Steps", strconv.Itoa(made.Steps), made.Steps > 0)
	add("Rate", strconv.FormatFloat(made.Rate, 'g', 4, 64), made.Rate > 0)
	add("Optimised", made.Param, made.Param != "")
	add("Transforms", made.Transforms, made.Transforms != "")
	add("Seed", strconv.FormatUint(made.Seed, 10), made.Steps > 0)
	add("Diversity", fmt.Sprintf("%d pictures, %g", made.Count, made.Diversity), made.Count > 1)
	add("Made", fmt.Sprintf("%s in %s", day(p.CreatedAt), seconds(p.Seconds)), true)
	return slices.Clip(facts)
}

// day is the date of a time as the store writes it.
func day(t string) string { return t[:min(len(t), len("2006-01-02"))] }

func seconds(s float64) string {
	if s < 10 {
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%.0f s", s)
}
