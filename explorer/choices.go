package explorer

// Choice is one of several that exclude each other.
type Choice struct {
	Label, URL string
	Count      int // how many it shows; 0 is not said
	Current    bool
}

// choices are the ways to look at a layer's grid: each address changes one of them and keeps the others.
type choices struct{ Channels, Sorts, Objectives, Datasets []Choice }

func newChoices(base string, now gridChoice, channels, made int) choices {
	if channels <= fewChannels && now.channels == channelsAll {
		now.channels = channelsFew // which are all
	}
	choose := func(label string, count int, then gridChoice) Choice {
		return Choice{Label: label, Count: count, URL: base + then.query(), Current: then == now}
	}
	var c choices
	then := now
	for _, then.sort = range []string{sortIndex, sortGain, sortVariance, sortSelective} {
		c.Sorts = append(c.Sorts, choose(labels[then.sort], 0, then))
	}
	then = now
	for _, then.objective = range []string{objectiveChannel, objectiveNegative} {
		c.Objectives = append(c.Objectives, choose(labels[then.objective], 0, then))
	}
	then = now
	if channels > fewChannels {
		then.channels = channelsFew
		c.Channels = append(c.Channels, choose("Spread", fewChannels, then))
	}
	if now.channels == channelsMade || made > 0 && made < channels {
		then.channels = channelsMade
		c.Channels = append(c.Channels, choose("Made", made, then))
	}
	then.channels = channelsAll
	if channels <= fewChannels {
		then.channels = channelsFew
	}
	c.Channels = append(c.Channels, choose("All", channels, then))
	return c
}

// datasetChoices are the datasets by whose images a layer's channels can be sorted, if there are several.
func datasetChoices(p *place, now gridChoice, seen []Seen) []Choice {
	var all []Choice
	for i, s := range seen {
		then := now
		then.dataset = s.Dataset
		if i > 0 && seen[i-1].Dataset == s.Dataset { // of another pooling
			continue
		}
		all = append(all, Choice{Label: s.Dataset, URL: layerURL(p.model.Name, p.layer().Name) + then.query(), Current: then == now})
	}
	if !now.byImages() || len(all) < 2 {
		return nil
	}
	return all
}

var labels = map[string]string{
	sortIndex: "Index", sortGain: "Gain", sortVariance: "Variance", sortSelective: "Selectivity",
	objectiveChannel: "Excites it most", objectiveNegative: "The opposite",
}
