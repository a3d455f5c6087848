package main

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/auth"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/httpapi/client"
)

// knock tries to sign in from an address, and returns the answer.
func (in *installation) knock(username, password, from string) (int, http.Header, []byte) {
	in.t.Helper()
	return (&someone{in: in}).do(http.MethodPost, "/api/auth/login",
		http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {from}},
		strings.NewReader(fmt.Sprintf(`{"username":%q,"password":%q}`, username, password)))
}

// F-AU-07: a thousand guesses at four people, in every spelling of their names, from two
// hundred addresses and at both nodes: the directory hears no more of them than the limit
// allows, locks nobody out, and others sign in meanwhile.
func TestAGuessingRunLocksNobodyOut(t *testing.T) {
	t.Parallel()
	slapd := directorytest.Start(t)
	rig := newCluster(t, 2, append(withDirectory(slapd), "TASK_REPORTER_TRUSTED_PROXIES=127.0.0.1/32")...)
	rig.start()
	targets := []string{"alice", "carol", "erin", "dave"}
	spellings := []func(string) string{
		func(name string) string { return name },
		strings.ToUpper,
		func(name string) string { return " " + name + " " },
		func(name string) string { return name + "@plant.example" },
	}
	const guesses, atOnce = 1000, 16
	var mu sync.Mutex
	answers := map[int]int{}
	texts := map[string]bool{}
	work := make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := range work {
				name := spellings[i/4%4](targets[i%4])
				status, header, body := rig.nodes[i/16%2].knock(name, fmt.Sprint("guess ", i), fmt.Sprintf("10.20.%d.%d", i%2, i%100))
				p := problemOf(t, body)
				if (header.Get("Retry-After") != "") != (status == http.StatusTooManyRequests) {
					t.Errorf("%d with Retry-After %q", status, header.Get("Retry-After"))
				}
				mu.Lock()
				answers[status]++
				texts[fmt.Sprint(status, p.Code, p.Title, p.Detail)] = true
				mu.Unlock()
			}
		})
	}
	for i := range guesses {
		if i == guesses/2 {
			if status, _, body := rig.nodes[0].knock(directorytest.Wang, directorytest.Password(directorytest.Wang), "10.20.0.1"); status != http.StatusOK {
				t.Errorf("somebody else meanwhile, from an address that guesses: %d %s", status, body)
			}
		}
		work <- i
	}
	close(work)
	all.Wait()
	limit := auth.DefaultConfig.Failures
	if want := len(targets) * limit; answers[http.StatusUnauthorized] != want || answers[http.StatusTooManyRequests] != guesses-want || len(texts) != 2 {
		t.Errorf("answers %v in the words %v; want %d times 401 and else 429", answers, texts, want)
	}
	for _, name := range targets {
		if n := len(slapd.Get(directorytest.DN(name), "pwdFailureTime")); n != limit {
			t.Errorf("the directory heard %d guesses at %s, want %d", n, name, limit)
		}
		if locked := slapd.Get(directorytest.DN(name), "pwdAccountLockedTime"); len(locked) > 0 {
			t.Errorf("%s is locked out: %v", name, locked)
		}
	}
}

// BenchmarkRefusals prints how long refused logins take by their reason, for F-AU-07: run
// with -benchtime 40x. The answers of one reason are compared with those of all others.
func BenchmarkRefusals(b *testing.B) {
	slapd := directorytest.Start(b)
	in := newInstallation(b, append(withDirectory(slapd), "TASK_REPORTER_AUTH_FAILURES=100000", "TASK_REPORTER_AUTH_ADDRESS_FAILURES=100000",
		"TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=0")...)
	in.start()
	in.addUser("breakglass", "救援帳號", "ADMIN")
	in.addUser("disabled", "停用", "USER")
	in.run("", "admin", "user", "change", "--username", "disabled", "--disable")
	reasons := map[string][2]string{
		"unknown name":          {"nobody", "wrong"},
		"wrong password":        {"alice", "wrong"},
		"locked":                {"locked", directorytest.Password("locked")},
		"not in the group":      {"outsider", directorytest.Password("outsider")},
		"local, wrong password": {"breakglass", "wrong"},
		"local, disabled":       {"disabled", testPassword},
	}
	took := map[string][]time.Duration{}
	var mu sync.Mutex
	for b.Loop() {
		var round sync.WaitGroup
		for reason, pair := range reasons {
			round.Go(func() {
				begun := time.Now()
				status, _, body := in.knock(pair[0], pair[1], "10.0.0.7")
				d := time.Since(begun)
				if p := problemOf(b, body); status != http.StatusUnauthorized || p.Code != client.ErrorCode("bad_credentials") {
					b.Errorf("%s: %d %s", reason, status, body)
				}
				mu.Lock()
				took[reason] = append(took[reason], d)
				mu.Unlock()
			})
		}
		round.Wait()
	}
	for reason, list := range took {
		slices.SortFunc(list, cmp.Compare[time.Duration])
		at := func(q float64) float64 { return float64(list[int(q*float64(len(list)-1))].Microseconds()) / 1000 }
		b.Logf("%-22s median %.1f ms, 10 %% %.1f, 90 %% %.1f", reason, at(.5), at(.1), at(.9))
	}
}
