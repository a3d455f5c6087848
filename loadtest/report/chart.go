package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// chart is a drawing of lines over one axis. All lines have their own points.
type chart struct {
	title string
	x, y  string // what the axes are of
	lines []line
	// ticks name places on the x axis; nil for plain numbers.
	ticks []tick
}

type line struct {
	name   string
	points [][2]float64
}

type tick struct {
	at   float64
	name string
}

// Sizes of a drawing in its own units.
const (
	width, height         = 640.0, 260.0
	left, right           = 70.0, 24.0
	top, bottom           = 30.0, 44.0
	xTicks, yTicks        = 6, 4 // about
	inner, innerHigh      = width - left - right, height - top - bottom
	legendStep, textShift = 88.0, 4.0
)

// colours tell lines apart for people who do not see all colours too.
var colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"}

// svg draws; "" without a point.
func (c chart) svg() template.HTML {
	maxX, maxY, any := 0.0, 0.0, false
	for _, l := range c.lines {
		for _, p := range l.points {
			maxX, maxY, any = max(maxX, p[0]), max(maxY, p[1]), true
		}
	}
	if !any {
		return ""
	}
	maxX, maxY = max(maxX, 1e-9), nice(maxY)
	x := func(v float64) float64 { return left + v/maxX*inner }
	y := func(v float64) float64 { return top + innerHigh - v/maxY*innerHigh }
	var b strings.Builder
	escape := template.HTMLEscapeString
	fmt.Fprintf(&b, `<figure><figcaption>%s</figcaption><svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, escape(c.title), width, height, escape(c.title))
	for i := range yTicks + 1 {
		v := maxY * float64(i) / yTicks
		fmt.Fprintf(&b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text text-anchor="end" x="%g" y="%.1f">%s</text>`,
			left, width-right, y(v), y(v), left-6, y(v)+textShift, short(v))
	}
	ticks := c.ticks
	if ticks == nil {
		for step, v := nice(maxX/xTicks), 0.0; v <= maxX; v += step {
			ticks = append(ticks, tick{v, short(v)})
		}
	}
	for _, t := range ticks {
		if t.at <= maxX {
			fmt.Fprintf(&b, `<text text-anchor="middle" x="%.1f" y="%g">%s</text>`, x(t.at), height-bottom+16, escape(t.name))
		}
	}
	fmt.Fprintf(&b, `<text text-anchor="middle" x="%g" y="%g">%s</text><text x="4" y="%g">%s</text>`, left+inner/2, height-8, escape(c.x), top-16, escape(c.y))
	for i, l := range c.lines {
		colour := colours[i%len(colours)]
		var points []string
		for _, p := range l.points {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(p[0]), y(p[1])))
		}
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.8" points="%s"/>`, colour, strings.Join(points, " "))
		at := left + 40 + float64(i)*legendStep
		fmt.Fprintf(&b, `<line x1="%g" x2="%g" y1="%g" y2="%g" stroke="%s" stroke-width="3"/><text x="%g" y="%g">%s</text>`,
			at, at+16, top-20, top-20, colour, at+20, top-16, escape(l.name))
	}
	b.WriteString(`</svg></figure>`)
	return template.HTML(b.String()) //nolint:gosec // made here; every text of others is escaped
}

// nice rounds up to a number that is easy to divide.
func nice(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 4, 5, 8, 10} {
		if v <= n*unit {
			return n * unit
		}
	}
	return 10 * unit
}

// short writes a number of an axis.
func short(v float64) string {
	unit := ""
	switch {
	case v >= 1e6:
		v, unit = v/1e6, "M"
	case v >= 1e4:
		v, unit = v/1e3, "k"
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64) + unit
}

// distribution draws latencies over the percentiles, which grow towards the tail.
func distribution(latencies []Latency) chart {
	c := chart{title: "Latency distribution", x: "percentile", y: "ms"}
	for _, p := range []float64{0, 50, 90, 99, 99.9, 99.99, 99.999} {
		c.ticks = append(c.ticks, tick{tail(p), fmt.Sprintf("%g", p)})
	}
	for _, l := range latencies {
		one := line{name: l.Name}
		for _, p := range l.Points {
			// The longest has no percentile of its own: it stands where one in all is.
			at := p.Percent
			if at == 100 {
				at = 100 - 100/float64(max(2, l.Count))
			}
			one.points = append(one.points, [2]float64{tail(at), p.MS})
			if at < p.Percent || 100-at < 100/float64(l.Count) {
				break
			}
		}
		if len(one.points) > 0 {
			c.lines = append(c.lines, one)
		}
	}
	return c
}

// tail spreads the percentiles: each step is ten times as near to all.
func tail(percent float64) float64 { return -math.Log10(1 - percent/100) }

// over draws how fast something grew; the samples need not be a second apart.
func over(title, unit string, seconds []Second, lines ...growth) chart {
	c := chart{title: title, x: "seconds", y: unit}
	for _, g := range lines {
		one := line{name: g.name}
		for i := 1; i < len(seconds); i++ {
			before, now := seconds[i-1], seconds[i]
			if d := now.At - before.At; d > 0.1 && g.of(now) != 0 {
				one.points = append(one.points, [2]float64{now.At, max(0, g.of(now)-g.of(before)) / d})
			}
		}
		if len(one.points) > 0 {
			c.lines = append(c.lines, one)
		}
	}
	return c
}

type growth struct {
	name string
	of   func(Second) float64
}
