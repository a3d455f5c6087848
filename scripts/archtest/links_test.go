package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	codeBlock = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading   = regexp.MustCompile(`(?m)^#+ (.+)$`)
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	runbook   = regexp.MustCompile(`(?m)runbook: (\S+)$`)
	noSlug    = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// TestLinksLeadSomewhere follows what the documents and the alerts refer to in this repository:
// files, and sections as GitHub names them.
func TestLinksLeadSomewhere(t *testing.T) {
	const root = "../.."
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "deploy/prometheus/*.yml").Output()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range strings.Fields(string(out)) {
		text := readText(t, filepath.Join(root, file))
		pattern, from := link, filepath.Dir(file)
		if strings.HasSuffix(file, ".yml") {
			pattern, from = runbook, "."
		}
		for _, m := range pattern.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], ":") { // another site
				continue
			}
			checked++
			name, section, _ := strings.Cut(m[1], "#")
			target := filepath.Join(root, from, name)
			if name == "" {
				target = filepath.Join(root, file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s: there is no such file", file, m[1])
				continue
			}
			if section != "" && !sections(readText(t, target))[section] {
				t.Errorf("%s: %s: there is no such section", file, m[1])
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d links were found", checked)
	}
}

func sections(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(m[1]), "")
		all[strings.ReplaceAll(slug, " ", "-")] = true
	}
	return all
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
