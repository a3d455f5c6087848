package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/auth/directory/directorytest"
)

const (
	alertRules = "../../deploy/prometheus/alerts.yml"
	dashboard  = "../../deploy/grafana/dashboard.json"
	documents  = "../../docs/*.md"
)

// elsewhere are figures that the cluster of these tests does not have: it speaks
// no TLS to its clients, and node_exporter is somebody else's.
var elsewhere = []string{"taskreporter_certificate_expiry_timestamp_seconds"}

// prometheusProgram returns a program of the package prometheus.
func prometheusProgram(t testing.TB, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s is not set: run `make test`, or `scripts/services start prometheus` and its env", variable)
	}
	return path
}

// F-OP-07: every alert fires when it should, and an ordinary day fires none; each
// leads to a place in the documentation.
func TestAlertRulesFireWhenTheyShould(t *testing.T) {
	t.Parallel()
	promtool := prometheusProgram(t, "TEST_PROMTOOL_PATH")
	dir := filepath.Dir(alertRules)
	for _, args := range [][]string{
		{"check", "config", filepath.Join(dir, "prometheus.yml")},
		{"check", "config", filepath.Join(dir, "local.yml")},
		{"check", "rules", "--lint-fatal", alertRules},
		{"test", "rules", filepath.Join(dir, "alerts_test.yml")},
	} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	rules := fileText(t, alertRules)
	links := regexp.MustCompile(`runbook: docs/\S+\.md#\S+`).FindAllString(rules, -1)
	if alerts := strings.Count(rules, "- alert: "); len(links) != alerts {
		t.Errorf("%d alerts have %d links", alerts, len(links))
	}
}

// F-OP-07: a real Prometheus reads all nodes; every query of the dashboard and of
// the alerts is answered, with data; all figures are explained in the
// documentation; a healthy cluster fires nothing, and a killed node does.
func TestPrometheusSeesEveryFigureAndMissesAKilledNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2, withDirectory(directorytest.Start(t))...)
	rig.start()
	var targets []string
	for _, n := range rig.nodes {
		targets = append(targets, n.adminAddress())
	}
	p := startPrometheus(t, targets)
	waitFor(t, "look at both nodes", func() bool { return len(p.query(`up{job="task-reporter"} == 1`)) == 2 })
	u := rig.nodes[0].join("wang", "王小明", "USER")
	rig.busy(u)
	// Figures that begin with the first request of their kind grow with the second.
	waitFor(t, "look at what was done", func() bool { return len(p.query(`taskreporter_uploads_total{outcome="stored"} > 0`)) == 2 })
	rig.busy(u)

	t.Run("dashboard", func(t *testing.T) {
		for title, exprs := range dashboardQueries(t) {
			for _, expr := range exprs {
				p.want(t, title, expr)
			}
		}
	})
	t.Run("alerts", func(t *testing.T) {
		known := p.healthyRules(t)
		if want := strings.Count(fileText(t, alertRules), "- alert: "); known != want {
			t.Errorf("%d rules are evaluated, want %d", known, want)
		}
		for _, name := range figures(fileText(t, alertRules)) {
			if !slices.Contains(elsewhere, name) {
				p.want(t, "alerts", fmt.Sprintf(`{__name__=~"%s(_bucket)?"}`, name))
			}
		}
		waitFor(t, "mailbox that is empty again", func() bool { return len(p.query(`taskreporter_mailbox_messages == 0`)) == 4 })
		waitFor(t, "quiet while all is well", func() bool { return len(p.query(`ALERTS{alertstate="firing"}`)) == 0 })
	})
	t.Run("documentation", func(t *testing.T) {
		served := append([]string(nil), elsewhere...)
		_, _, body := rig.nodes[0].fetch("http://"+targets[0]+"/metrics", nil)
		for _, m := range regexp.MustCompile(`(?m)^# TYPE (taskreporter_\w+)`).FindAllStringSubmatch(string(body), -1) {
			served = append(served, m[1])
		}
		var told []string
		pages, err := filepath.Glob(documents)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			told = append(told, figures(fileText(t, page))...)
		}
		for _, name := range served {
			if !slices.Contains(told, name) {
				t.Errorf("%s is in no document", name)
			}
		}
		for _, name := range told {
			if !slices.Contains(served, name) {
				t.Errorf("the documents tell of %s, which is not served", name)
			}
		}
	})

	rig.nodes[1].running.kill()
	waitFor(t, "alert for the killed node", func() bool {
		return len(p.query(fmt.Sprintf(`ALERTS{alertname="NodeDown", alertstate="firing", instance=%q}`, targets[1]))) == 1
	})
	waitFor(t, "alert of the node that is left", func() bool {
		return len(p.query(fmt.Sprintf(`ALERTS{alertname="NodeMissing", alertstate="firing", instance=%q}`, targets[0]))) == 1
	})
}

// busy does a little of everything at every node.
func (r *clusterRig) busy(u *someone) {
	r.t.Helper()
	r.nodes[0].signInWith("wang", "not the password")
	room := u.declare("主軸異音").RoomId
	for i, n := range r.nodes {
		v := u.on(n.installation)
		s := v.connect()
		s.subscribe(room, 0)
		for k := range 5 {
			s.send(map[string]any{"type": "send_message", "room_id": room, "client_msg_id": fmt.Sprintf("%d-%d", i, k), "text": "水溫 41 °C"})
			s.untilType("ack")
		}
		v.upload(room, fmt.Sprintf("photo%d.jpg", i), smallPhoto(r.t), "")
	}
}

// adminAddress is where the node's metrics are.
func (in *installation) adminAddress() string {
	for _, pair := range in.env {
		if rest, ok := strings.CutPrefix(pair, "TASK_REPORTER_ADMIN_LISTEN="); ok {
			return rest
		}
	}
	in.t.Fatal("there is no admin listener")
	return ""
}

// prometheus is a running one.
type prometheus struct {
	t    testing.TB
	addr string
}

// startPrometheus starts one with our rules, which wait a second for what they
// wait minutes for elsewhere: promtool has judged those.
func startPrometheus(t testing.TB, targets []string) *prometheus {
	t.Helper()
	dir, p := t.TempDir(), &prometheus{t: t, addr: freeAddress(t)}
	rules := regexp.MustCompile(`(?m)^(\s+for: ).+$`).ReplaceAllString(fileText(t, alertRules), "${1}1s")
	list, err := json.Marshal(targets)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [alerts.yml]
scrape_configs: [{job_name: task-reporter, static_configs: [{targets: %s}]}]
`, list)
	for name, text := range map[string]string{"alerts.yml": rules, "prometheus.yml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := &syncBuffer{}
	cmd := exec.Command(prometheusProgram(t, "TEST_PROMETHEUS_PATH"), "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+p.addr, "--log.level=warn")
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus wrote:\n%s", said)
		}
	})
	waitFor(t, "Prometheus that is ready", func() bool {
		res, err := http.Get("http://" + p.addr + "/-/ready")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return p
}

// ask gets a path of its HTTP API.
func (p *prometheus) ask(path string, into any) error {
	res, err := http.Get("http://" + p.addr + path)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: into}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return errors.New(answer.Error)
	}
	return nil
}

// query returns the values of an expression; those that are no number do not count.
func (p *prometheus) query(expr string) (values []string) {
	p.t.Helper()
	var data struct {
		Result []struct{ Value [2]any }
	}
	if err := p.ask("/api/v1/query?query="+url.QueryEscape(expr), &data); err != nil {
		p.t.Fatalf("%s: %v", expr, err)
	}
	for _, r := range data.Result {
		if v := fmt.Sprint(r.Value[1]); v != "NaN" {
			values = append(values, v)
		}
	}
	return values
}

// want waits until an expression has data.
func (p *prometheus) want(t *testing.T, where, expr string) {
	t.Helper()
	for end := time.Now().Add(patience); len(p.query(expr)) == 0; pause() {
		if time.Now().After(end) {
			t.Errorf("%s: no data for %s", where, expr)
			return
		}
	}
}

// healthyRules counts the rules, which must all have been evaluated without error.
func (p *prometheus) healthyRules(t *testing.T) (n int) {
	t.Helper()
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	waitFor(t, "rule left to evaluate", func() bool {
		if err := p.ask("/api/v1/rules", &data); err != nil {
			t.Fatal(err)
		}
		n = 0
		for _, g := range data.Groups {
			for _, r := range g.Rules {
				if r.Health == "unknown" {
					return false
				}
				if r.Health != "ok" {
					t.Fatalf("%s: %s %s", r.Name, r.Health, r.LastError)
				}
				n++
			}
		}
		return true
	})
	return n
}

// dashboardQueries are the queries by panel, with Grafana's variables filled in.
func dashboardQueries(t *testing.T) map[string][]string {
	t.Helper()
	var d struct {
		Panels []struct {
			Type, Title string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(fileText(t, dashboard)), &d); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$instance", ".*", "$__rate_interval", "5m")
	queries := map[string][]string{}
	for _, p := range d.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%s asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			queries[p.Title] = append(queries[p.Title], fill.Replace(target.Expr))
		}
	}
	return queries
}

// figures are the names of our metrics in a text.
func figures(text string) []string {
	var names []string
	for _, name := range regexp.MustCompile(`taskreporter_\w+`).FindAllString(text, -1) {
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, part)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func fileText(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
