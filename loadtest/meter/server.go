package meter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// maxMetrics bounds how much of an answer is read.
	maxMetrics = 16 << 20
	askTimeout = 5 * time.Second
)

// Server is what the server's process needed until a moment.
type Server struct {
	Memory float64 // bytes resident
	CPU    float64 // seconds since it began

	Goroutines  float64 // 0 where the server does not say, as the next
	Descriptors float64 // open
}

// Ask reads a Prometheus text.
func Ask(ctx context.Context, web *http.Client, url string) (Server, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Server{}, err
	}
	res, err := web.Do(req)
	if err != nil {
		return Server{}, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return Server{}, fmt.Errorf("metrics: %s", res.Status)
	}
	return parse(io.LimitReader(res.Body, maxMetrics))
}

func parse(text io.Reader) (Server, error) {
	var s Server
	want := map[string]*float64{
		"process_resident_memory_bytes": &s.Memory, "process_cpu_seconds_total": &s.CPU,
		"go_goroutines": &s.Goroutines, "process_open_fds": &s.Descriptors,
	}
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		into := want[name]
		if into == nil {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return s, fmt.Errorf("metrics: %s: %w", name, err)
		}
		*into = v
		delete(want, name)
	}
	if err := lines.Err(); err != nil {
		return s, err
	}
	if want["process_resident_memory_bytes"] != nil || want["process_cpu_seconds_total"] != nil {
		return s, errors.New("metrics: process_resident_memory_bytes and process_cpu_seconds_total are not both there: is it the admin listener's /metrics?")
	}
	return s, nil
}
