package chaos

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// probeTime bounds a look at a node that may be cut off or paused.
	probeTime  = time.Second
	watchEvery = 500 * time.Millisecond
)

// prober opens a connection for each look: a kept one would hang through a fault.
var prober = &http.Client{Transport: &http.Transport{
	DialContext:       (&net.Dialer{Timeout: probeTime}).DialContext,
	DisableKeepAlives: true,
}}

// figures are the metrics that a result tells, by their names there.
var figures = map[string]string{
	"taskreporter_batches_fenced_total":   "fenced",
	"taskreporter_batches_unknown_total":  "unknown",
	"taskreporter_room_activations_total": "activations",
	"taskreporter_room_takeovers_total":   "takeovers",
	"taskreporter_nodes_buried_total":     "buried",
}

// watch reads the nodes' metrics while they live. What a process counted after the
// last look before its death is lost.
type watch struct {
	nodes []*Node
	mu    sync.Mutex
	life  map[string]int
	seen  map[string]map[int]map[string]float64 // node, life, figure
}

func newWatch() *watch {
	return &watch{life: map[string]int{}, seen: map[string]map[int]map[string]float64{}}
}

func (w *watch) born(node string, life int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life[node] = life
}

// run looks until ctx ends.
func (w *watch) run(ctx context.Context) {
	for wait(ctx, watchEvery) == nil {
		w.look(ctx)
	}
}

func (w *watch) look(ctx context.Context) {
	var looks sync.WaitGroup
	for _, n := range w.nodes {
		looks.Go(func() {
			w.mu.Lock()
			life := w.life[n.Name]
			w.mu.Unlock()
			values, err := scrape(ctx, "http://"+n.ip+":"+metricsPort+"/metrics")
			if err != nil {
				return
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.life[n.Name] != life {
				return // nobody knows whose they are
			}
			if w.seen[n.Name] == nil {
				w.seen[n.Name] = map[int]map[string]float64{}
			}
			w.seen[n.Name][life] = values
		})
	}
	looks.Wait()
}

// total sums the figures over all nodes and their lives.
func (w *watch) total() map[string]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := map[string]int64{}
	for _, lives := range w.seen {
		for _, values := range lives {
			for name, v := range values {
				sum[name] += int64(v)
			}
		}
	}
	return sum
}

func scrape(ctx context.Context, url string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := prober.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	values := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		name, _, _ = strings.Cut(name, "{") // the causes are summed
		if figure, ok := figures[name]; ok {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				values[figure] += v
			}
		}
	}
	return values, lines.Err()
}
