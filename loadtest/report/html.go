package report

import (
	"html/template"
	"io"
)

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": number,
	"word":   Verdict.word,
	"found":  Verdict.found,
}).Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{{.Name}} – load test</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { text-align: right; padding: .15rem .8rem; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.broken { color: #d00000; font-weight: bold; }
@media (prefers-color-scheme: dark) { .broken { color: #ff8080; } }
figure { margin: 0 0 1.5rem; } figcaption { font-weight: bold; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; } .grid { stroke: #8884; }
</style>
</head>
<body>
<h1>{{.Name}}</h1>
<p>{{.Target}}, {{.Started.Format "2006-01-02 15:04:05"}} UTC, {{number .Took}} s, seed {{.Seed}}</p>
{{if .Interrupted}}<p class="broken">Interrupted: this is what was until then.</p>{{end}}
{{if .Thresholds}}<h2>Thresholds</h2>
<table><thead><tr><th>figure</th><th></th><th>limit</th><th>found</th></tr></thead><tbody>
{{range .Thresholds}}<tr{{if .Broken}} class="broken"{{end}}><td>{{.Name}}</td><td>{{word .}}</td><td>{{.Limit}}</td><td>{{found .}}</td></tr>
{{end}}</tbody></table>{{end}}
{{if .Trends}}<h2>The server</h2>
<table><thead><tr><th></th><th>warm</th><th>last</th><th>most</th><th>growth</th></tr></thead><tbody>
{{range .Trends}}<tr><td>{{.About}}</td><td>{{number .Warm}}</td><td>{{number .Last}}</td><td>{{number .Most}}</td><td>{{printf "%+.1f" .Growth}} %</td></tr>
{{end}}</tbody></table>{{end}}
{{range .Charts}}{{.}}
{{end}}
{{range .Loads}}<h2>{{.Name}}</h2>
<table><tbody>
{{range .Counts}}<tr><td>{{.Name}}</td><td>{{number .Value}}</td></tr>
{{end}}{{range .Rates}}<tr><td>{{.Name}}</td><td>{{number .Value}}</td></tr>
{{end}}</tbody></table>
{{if .Latencies}}<table><thead><tr><th>ms</th><th>count</th><th>mean</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr></thead><tbody>
{{range .Latencies}}<tr><td>{{.Name}}</td><td>{{.Count}}</td><td>{{number .Mean}}</td><td>{{number .P50}}</td><td>{{number .P90}}</td><td>{{number .P99}}</td><td>{{number .P999}}</td><td>{{number .Max}}</td></tr>
{{end}}</tbody></table>{{end}}{{end}}
{{if .Troubles}}<h2>Troubles</h2>
<ul>{{range .Troubles}}<li>{{.}}</li>
{{end}}</ul>{{end}}
</body>
</html>
`))

// WriteHTML writes one page with everything in it.
func (r Report) WriteHTML(w io.Writer) error {
	return page.Execute(w, struct {
		Report
		Charts []template.HTML
	}{r, r.charts()})
}

// charts draws what there is to draw.
func (r Report) charts() []template.HTML {
	const mb = 1e6
	var memory line
	var told []Second // samples for which the server was asked and answered
	for _, s := range r.Seconds {
		if s.Memory > 0 {
			told = append(told, s)
			memory.points = append(memory.points, [2]float64{s.At, s.Memory / mb})
		}
	}
	memory.name = "resident"
	var drawn []template.HTML
	for _, c := range []chart{
		distribution(r.Latencies),
		over("Messages over time", "a second", r.Seconds,
			growth{"acked", func(s Second) float64 { return float64(s.Acked) }},
			growth{"delivered", func(s Second) float64 { return float64(s.Delivered) }}),
		over("Uploads over time", "MB/s", r.Seconds, growth{"recorded", func(s Second) float64 { return float64(s.Bytes) / mb }}),
		over("Sockets over time", "opened a second", r.Seconds, growth{"sockets", func(s Second) float64 { return float64(s.Sockets) }}),
		{title: "The server's memory", x: "seconds", y: "MB", lines: []line{memory}},
		over("The server's CPU", "cores", told, growth{"CPU", func(s Second) float64 { return s.CPU }}),
	} {
		if svg := c.svg(); svg != "" {
			drawn = append(drawn, svg)
		}
	}
	return drawn
}
