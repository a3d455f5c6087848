package report

import (
	"slices"

	"taskreporter/loadtest/plan"
)

// Trend is how something of the server went.
type Trend struct {
	Name   plan.Trend `json:"name"`
	About  string     `json:"about"`
	Warm   float64    `json:"warm"` // median of the second fifth of the plan's duration
	Last   float64    `json:"last"` // median of the last fifth
	Most   float64    `json:"most"`
	Growth float64    `json:"growth_percent"` // from Warm to Last
}

// trends are those for which the server gave figures in both fifths.
func trends(run Run) []Trend {
	var all []Trend
	fifth := run.Plan.Duration.Seconds() / 5
	for _, t := range []struct {
		name  plan.Trend
		about string
		of    func(Second) float64
	}{
		{plan.MemoryGrowth, "resident MB", func(s Second) float64 { return s.Memory / 1e6 }},
		{plan.GoroutinesGrowth, "goroutines", func(s Second) float64 { return s.Goroutines }},
		{plan.DescriptorsGrowth, "open descriptors", func(s Second) float64 { return s.Descriptors }},
	} {
		var warm, last []float64
		most := 0.0
		for _, s := range run.Seconds {
			v := t.of(s)
			most = max(most, v)
			switch {
			case v == 0:
			case s.At >= fifth && s.At < 2*fifth:
				warm = append(warm, v)
			case s.At >= 4*fifth && s.At <= 5*fifth:
				last = append(last, v)
			}
		}
		if len(warm) == 0 || len(last) == 0 {
			continue
		}
		one := Trend{Name: t.name, About: t.about, Warm: median(warm), Last: median(last), Most: most}
		one.Growth = (one.Last/one.Warm - 1) * 100
		all = append(all, one)
	}
	return all
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

func growths(all []Trend) []Named {
	var named []Named
	for _, t := range all {
		named = append(named, Named{string(t.Name), t.Growth})
	}
	return named
}
