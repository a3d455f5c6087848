package main

import (
	"fmt"
	"math"
	"slices"
)

// row is one figure of the report.
type row struct {
	What     string  `json:"what"`
	Unit     string  `json:"unit"` // of Ours and Baseline
	Ours     float64 `json:"ours"` // median of the rounds
	Baseline float64 `json:"baseline,omitempty"`
	Ratio    float64 `json:"ratio,omitempty"` // median of the rounds' Ours/Baseline
	Goal     string  `json:"goal,omitempty"`
	Met      bool    `json:"met"` // true where there is no goal
	// The least and the most of the rounds.
	OursRange     [2]float64 `json:"ours_range"`
	BaselineRange [2]float64 `json:"baseline_range,omitzero"`
}

// goal is what a row promises, about its ratio where there is a baseline.
type goal struct {
	bound float64
	least bool
	none  bool
}

func atMost(bound float64) goal  { return goal{bound: bound} }
func atLeast(bound float64) goal { return goal{bound: bound, least: true} }
func noGoal() goal               { return goal{none: true} }

func (g goal) met(v float64) bool {
	switch {
	case g.none:
		return true
	case g.least:
		return v >= g.bound
	default:
		return v <= g.bound
	}
}

// text writes the goal with its unit, × for a ratio.
func (g goal) text(unit string) string {
	switch {
	case g.none:
		return ""
	case g.least:
		return fmt.Sprintf("≥ %g %s", g.bound, unit)
	default:
		return fmt.Sprintf("≤ %g %s", g.bound, unit)
	}
}

// versus compares the rounds of both sides; the i-th of one belongs to the i-th of the other.
func versus(what, unit string, ours, baseline []float64, g goal) row {
	ratios := make([]float64, len(ours))
	for i := range ours {
		if baseline[i] > 0 { // too short a turn has no processor time
			ratios[i] = ours[i] / baseline[i]
		}
	}
	r := alone(what, unit, ours, noGoal())
	r.Baseline, r.BaselineRange = median(baseline), spread(baseline)
	r.Ratio = median(ratios)
	r.Goal, r.Met = g.text("×"), g.met(r.Ratio)
	return r
}

// alone is a figure without a baseline.
func alone(what, unit string, ours []float64, g goal) row {
	v := median(ours)
	return row{What: what, Unit: unit, Ours: v, OursRange: spread(ours), Goal: g.text(unit), Met: g.met(v)}
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(all))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func spread(all []float64) [2]float64 {
	if len(all) == 0 {
		return [2]float64{}
	}
	return [2]float64{slices.Min(all), slices.Max(all)}
}
