package archtest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// arrows names, for each folder with hand-written code, the folders of ours that it may import
// besides itself.
var arrows = map[string][]string{
	"incident":     {},
	"actors":       {"incident"},
	"storage":      {"incident", "ent"},
	"ent":          {"incident"},
	"ent/schema":   {"incident", "ent"},
	"auth":         {"incident"},
	"httpapi":      {"incident", "actors", "auth"},
	"loadtest":     {"incident", "httpapi/client"},
	"web":          {},
	"scripts/tool": {},
	"cmd":          {"incident", "actors", "storage", "auth", "httpapi", "loadtest", "web"},
}

// targets are the folders that somebody may want to import.
var targets = []string{
	"incident", "actors", "actors/wire", "storage", "storage/object", "ent", "ent/schema",
	"auth", "httpapi", "httpapi/client", "loadtest", "web", "scripts/tool", "cmd",
}

// homes names the only folders that may import a library.
var homes = map[string][]string{
	"github.com/asynkron/protoactor-go":  {"actors"},
	"github.com/gin-gonic/gin":           {"httpapi"},
	"github.com/gorilla/websocket":       {"httpapi", "loadtest", "tests of cmd"},
	"github.com/lib/pq":                  {"storage"},
	"modernc.org/sqlite":                 {"storage"},
	"github.com/minio/minio-go/v7":       {"storage"},
	"github.com/gabriel-vasile/mimetype": {"storage"},
	"github.com/go-ldap/ldap/v3":         {"auth"},
	"github.com/golang-jwt/jwt/v5":       {"auth"},
	"github.com/alecthomas/kong":         {"cmd", "tests of cmd"},
}

// guests may be imported by everyone but incident, whose tests may import some of them.
var guests = map[string][]string{
	"example.com/anything":     {},
	"github.com/google/go-cmp": {"tests of incident"},
	"pgregory.net/rapid":       {"tests of incident"},
}

// TestLinterRefusesEveryImportThatIsNoArrow plants every import that there could be, and expects
// depguard to refuse exactly those that the architecture has no arrow for.
func TestLinterRefusesEveryImportThatIsNoArrow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	legal := make(map[string]bool) // by planted file
	plant := func(file, imported string, ok bool) {
		h.write(file, fmt.Sprintf("package %s\n\nimport _ %q\n", packageOf(file), imported))
		legal[file] = ok
	}

	for from, to := range arrows {
		for i, target := range targets {
			ok := within(target, from) || slices.ContainsFunc(to, func(arrow string) bool { return within(target, arrow) })
			// From the folder itself and from one below it. The folder imports a leaf and the one
			// below imports the folder, so that plants never import each other in a circle.
			plant(fmt.Sprintf("%s/plant%d.go", from, i), path.Join(module, target, "leaf"), ok)
			plant(fmt.Sprintf("%s/below/plant%d.go", from, i), path.Join(module, target), ok)
		}
	}
	for _, target := range targets {
		h.write(path.Join(target, "leaf/leaf.go"), "package leaf\n")
		h.write(path.Join(target, "folder.go"), fmt.Sprintf("package %s\n", path.Base(target)))
	}

	libraries := slices.Sorted(maps.Keys(homes))
	libraries = slices.AppendSeq(libraries, maps.Keys(guests))
	for i, library := range libraries {
		h.addLibrary(library)
		may := func(who, folder string) bool {
			if only, ok := homes[library]; ok {
				return slices.Contains(only, who)
			}
			return folder != "incident" || slices.Contains(guests[library], who)
		}
		for from := range arrows {
			plant(fmt.Sprintf("%s/library%d.go", from, i), library, may(from, from))
			plant(fmt.Sprintf("%s/below/library%d.go", from, i), library, may(from, from))
		}
		for _, from := range []string{"incident", "cmd"} {
			plant(fmt.Sprintf("%s/library%d_test.go", from, i), library, may("tests of "+from, from))
			plant(fmt.Sprintf("%s/below/library%d_test.go", from, i), library, may("tests of "+from, from))
		}
	}
	plant("incident/standard.go", "net/http", true)
	plant("incident/standard_test.go", "net/http", true)
	plant("auth/random.go", "math/rand/v2", false)
	plant("storage/random.go", "math/rand/v2", true)
	plant("incident/below/outside_test.go", "taskreporter/incident", true)

	refused := make(map[string]bool)
	for _, issue := range h.lint("depguard") {
		refused[issue.Pos.Filename] = true
	}
	for _, file := range slices.Sorted(maps.Keys(legal)) {
		if refused[file] == legal[file] {
			t.Errorf("%s: refused = %t, want %t:\n%s", file, refused[file], !legal[file], h.read(file))
		}
	}
}

// TestLinterHoldsTheHouseRules plants what the linter can see of the house's rules, each where it
// is forbidden and where it is not.
func TestLinterHoldsTheHouseRules(t *testing.T) {
	t.Parallel()
	rules := []struct {
		name          string
		imports, body string
		refused       []string // folders; "tests of" one means its test files
		legal         []string
	}{
		{
			name: "code waits for conditions", imports: "time", body: `time.Sleep(1)`,
			refused: []string{"actors", "cmd"}, legal: []string{"tests of actors"},
		},
		{
			name: "actors have a clock", imports: "time", body: `_ = time.Now()`,
			refused: []string{"actors"}, legal: []string{"tests of actors", "storage", "cmd"},
		},
		{
			name: "cmd reads the environment", imports: "os", body: `_ = os.Getenv("HOME")`,
			refused: []string{"storage", "auth"}, legal: []string{"cmd", "tests of storage"},
		},
		{
			name: "nothing prints", imports: "fmt", body: `fmt.Println()`,
			refused: []string{"httpapi"}, legal: []string{"cmd"},
		},
		{
			name: "loggers are handed in", imports: "log/slog", body: `slog.Info("started")`,
			refused: []string{"httpapi", "cmd"},
		},
		{
			name: "log messages are constant", imports: "log/slog", body: `slog.New(nil).Info("started" + module)`,
			refused: []string{"httpapi"},
		},
		{
			name: "log attributes are snake_case", imports: "log/slog", body: `slog.New(nil).Info("started", "roomID", 1)`,
			refused: []string{"actors"},
		},
	}
	h := newHouse(t)
	plant := func(rule int, where string) string {
		folder, tests := strings.CutPrefix(where, "tests of ")
		file := fmt.Sprintf("%s/plant%d.go", folder, rule)
		if tests {
			file = fmt.Sprintf("%s/plant%d_test.go", folder, rule)
		}
		h.write(file, fmt.Sprintf("package %s\n\nimport %q\n\nfunc _(module string) {\n\t%s\n}\n", folder, rules[rule].imports, rules[rule].body))
		return file
	}
	type planted struct{ rule, file string }
	legal := make(map[planted]bool)
	for i, rule := range rules {
		for _, where := range rule.refused {
			legal[planted{rule.name, plant(i, where)}] = false
		}
		for _, where := range rule.legal {
			legal[planted{rule.name, plant(i, where)}] = true
		}
	}

	refused := make(map[string]bool)
	for _, issue := range h.lint("forbidigo", "sloglint") {
		refused[issue.Pos.Filename] = true
	}
	for p, ok := range legal {
		if refused[p.file] == ok {
			t.Errorf("%s: %s: refused = %t, want %t:\n%s", p.rule, p.file, refused[p.file], !ok, h.read(p.file))
		}
	}
}
