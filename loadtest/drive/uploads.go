package drive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/loadtest/plan"
)

// fileTries is how often a file is tried before it counts as failed.
const fileTries = 10

// uploads is people who bring files.
type uploads struct {
	setting
	asked plan.Uploads
	room  string

	files []file
}

// file is one that is to be brought: all of it follows from the plan and its seed.
type file struct {
	name   string
	kind   plan.FileKind
	size   int
	person *person
	// cut is after how many bytes the line breaks, the first time; 0 for never.
	cut int
}

var extensions = map[plan.FileKind]string{plan.Log: ".log", plan.PDF: ".pdf", plan.PNG: ".png"}

func (u *uploads) prepare(ctx context.Context) error {
	u.files = u.list()
	var who []int
	for n := range min(u.asked.Users, len(u.site.people)) {
		who = append(who, n)
	}
	var err error
	u.room, _, err = u.site.declare(ctx, u.title(), who)
	return err
}

// list decides about every file. The share of dropped lines is exact, up to rounding.
func (u *uploads) list() []file {
	random := u.random()
	all := u.asked.Users * u.asked.Files
	drops := int(float64(all)*u.asked.Dropped + .5)
	dropped := random.Perm(all)
	shares := 0.0
	for _, s := range u.asked.Sizes {
		shares += s.Share
	}
	files := make([]file, all)
	for n := range files {
		s := pick(random, u.asked.Sizes, shares)
		size := int(s.From) + random.IntN(int(s.To-s.From)+1)
		f := file{
			name: fmt.Sprintf("%s%d%s", prefixOf(u.run, u.place), n, extensions[s.Kind]), kind: s.Kind, size: size,
			person: u.site.people[n%u.asked.Users%len(u.site.people)],
		}
		if dropped[n] < drops {
			f.cut = size/4 + random.IntN(size/2)
		}
		files[n] = f
	}
	return files
}

func pick(random *rand.Rand, sizes []plan.Sizes, shares float64) plan.Sizes {
	at := random.Float64() * shares
	for _, s := range sizes {
		if at -= s.Share; at < 0 {
			return s
		}
	}
	return sizes[len(sizes)-1]
}

func (u *uploads) work(ctx context.Context, start time.Time) {
	next := make(chan int)
	var workers sync.WaitGroup
	for w := range u.asked.Concurrency {
		workers.Go(func() {
			if u.clock.Wait(ctx, start.Add(u.plan.Ramp*time.Duration(w)/time.Duration(u.asked.Concurrency))) != nil {
				return
			}
			for n := range next {
				u.bring(ctx, n)
				u.meter.End(time.Now())
			}
		})
	}
	when := schedule{rate: u.asked.Rate, ramp: u.plan.Ramp}
	for n := range u.files {
		if u.asked.Rate > 0 && u.clock.Wait(ctx, start.Add(when.at(n))) != nil {
			break
		}
		select {
		case next <- n:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
}

// bring uploads the nth file and counts what came of it.
func (u *uploads) bring(ctx context.Context, n int) {
	f := u.files[n]
	body := content(f.kind, f.size, f.name)
	sum := sha256.Sum256(body)
	way := u.form
	if u.asked.Way == plan.Tus {
		way = u.tus
	}
	began := time.Now()
	found, err := way(ctx, f, body)
	switch {
	case err != nil && ctx.Err() != nil:
		return // unfinished
	case err != nil:
		u.meter.Add(plan.FilesFailed, 1)
		u.meter.Trouble(fmt.Sprintf("a file of %d bytes: %v", f.size, err))
		return
	}
	u.meter.Record(plan.Upload, n, time.Since(began))
	u.meter.Add(plan.Files, 1)
	u.meter.Add(plan.Bytes, int64(f.size))
	if found.Sha256 != hex.EncodeToString(sum[:]) || found.FileSize != int64(f.size) {
		u.meter.Add(plan.HashMismatches, 1)
		u.meter.Trouble(fmt.Sprintf("file %s has %d bytes with the sum %s, sent were %d with %x", found.FileId, found.FileSize, found.Sha256, f.size, sum))
	}
}

// settle compares the room's list with what was brought.
func (u *uploads) settle(ctx context.Context) {
	recorded := u.meter.Count(plan.Files)
	u.meter.Add(plan.FilesUnfinished, int64(len(u.files))-recorded-u.meter.Count(plan.FilesFailed))
	var page client.FilePage
	one := 1
	err := insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := u.site.people[0].api.ListFilesWithResponse(ctx, u.room, &client.ListFilesParams{Limit: &one})
		if err != nil {
			return nil, nil, err
		}
		if res.JSON200 != nil {
			page = *res.JSON200
		}
		return res.HTTPResponse, res.Body, nil
	})
	if err != nil {
		u.meter.Trouble(fmt.Sprintf("the room's files could not be counted: %v", err))
		u.meter.Add(plan.FilesMissing, recorded)
		return
	}
	u.meter.Add(plan.FilesMissing, max(0, recorded-int64(page.Total)))
	u.meter.Add(plan.FilesExtra, max(0, int64(page.Total)-recorded))
}

func (u *uploads) leave(ctx context.Context) error {
	if u.room == "" {
		return nil
	}
	return u.site.cancel(ctx, u.room)
}

// errCut is what ends a body whose line the tool breaks.
var errCut = errors.New("the line was cut on purpose")
