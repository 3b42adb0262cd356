package explorer

// Choice is one of several that exclude each other.
type Choice struct {
	Label, URL string
	Count      int // how many it shows; 0 is not said
	Current    bool
}

// choices are the ways to look at a layer's grid: each address changes one of them and keeps the others.
type choices struct{ Channels, Sorts, Objectives []Choice }

func newChoices(base string, now gridChoice, channels, made int) choices {
	if channels <= fewChannels && now.channels == channelsAll {
		now.channels = channelsFew // which are all
	}
	choose := func(label string, count int, then gridChoice) Choice {
		return Choice{Label: label, Count: count, URL: base + then.query(), Current: then == now}
	}
	var c choices
	then := now
	for _, then.sort = range []string{sortIndex, sortGain} {
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

var labels = map[string]string{
	sortIndex: "Index", sortGain: "Gain",
	objectiveChannel: "Excites it most", objectiveNegative: "The opposite",
}
