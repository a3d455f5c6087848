package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/scan"
)

// store looks at where files are kept.
func (d *doctor) store(ctx context.Context, tell func(...diagnosis)) {
	if !d.cfg.UsesMinIO() {
		tell(check(ctx, "object_store", checkLimit, one(func(context.Context) diagnosis { return lookAtObjects(d.cfg.ObjectDir()) }))...)
		return
	}
	tell(check(ctx, "object_store", readLimit, d.lookAtBucket)...)
}

// lookAtObjects looks at the directory of files.
func lookAtObjects(dir string) diagnosis {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return warn(dir+" is not there yet", "The first start makes it; if files were uploaded, restore it from a backup.")
	case err == nil && !info.IsDir():
		return broken(dir+" is no directory", "Move it away.")
	case err == nil:
		err = syscall.Access(dir, writable|enter)
	}
	if err != nil {
		return broken(fmt.Sprintf("this account may not write to %s: %v", dir, err), "Give it to the server's account (chown -R).")
	}
	return well("the directory %s may be written", dir)
}

func (d *doctor) lookAtBucket(ctx context.Context) []diagnosis {
	cfg := d.cfg.objectStore()
	r, err := object.ExamineS3(ctx, cfg, d.now)
	at := fmt.Sprintf("bucket %s at %s", cfg.Bucket, cfg.Endpoint)
	var list []diagnosis
	switch {
	case incident.KindOf(err) == incident.Forbidden:
		list = append(list, broken(fmt.Sprintf("%s: the store refuses these credentials: %v", at, cause(err)),
			"Look at MINIO_ACCESS_KEY, MINIO_SECRET_KEY, MINIO_REGION and what the user may do (docs/operations.md, Object store)."))
	case err != nil:
		list = append(list, broken(fmt.Sprintf("%s does not answer: %v", at, cause(err)), "Is it running? Are MINIO_ENDPOINT and MINIO_SECURE right? Uploads wait until it is back; chat goes on."))
	case !r.Bucket:
		list = append(list, warn(at+" is not there yet", "The first start makes it, if the user may. If there was a start, MINIO_BUCKET names another."))
	case r.Trial != nil:
		list = append(list, broken(fmt.Sprintf("%s does not take, give or remove an object: %v", at, r.Trial),
			"Let the user PutObject, GetObject and DeleteObject there; look whether the store is full."))
	default:
		versions := "does not say whether it keeps versions"
		if r.Versioning != "" {
			versions = "versioning " + r.Versioning
		}
		list = append(list, well("%s takes, gives and removes objects, %s", at, versions))
	}
	for _, rule := range r.Deleting {
		list = append(list, broken(fmt.Sprintf("the lifecycle rule %q of %s deletes evidence", rule, at), "Remove the rule."))
	}
	if r.Clock {
		if c := judgeClock("the object store's", r.Ahead, r.Within); c.State != stateOK {
			list = append(list, c)
		}
	}
	return list
}

// directory asks every server of the directory.
func (d *doctor) directory(ctx context.Context, tell func(...diagnosis)) {
	c := &d.cfg.Directory
	if len(c.URLs) == 0 {
		return
	}
	limit := checkLimit + 2*c.Timeout*time.Duration(len(c.URLs))
	tell(check(ctx, "directory", limit, func(ctx context.Context) []diagnosis {
		dir, err := directory.Open(c.config(), slog.New(slog.DiscardHandler))
		if err != nil {
			return []diagnosis{broken(err.Error(), "Mend the settings TASK_REPORTER_DIRECTORY_….")}
		}
		defer dir.Close()
		report, _ := dir.SelfTest(ctx) // says the same as the report
		return d.judgeDirectory(report, dir.Expiry(ctx))
	})...)
}

func (d *doctor) judgeDirectory(r directory.Report, ends map[string]time.Time) []diagnosis {
	var list []diagnosis
	known := map[string]bool{} // problems that have a line already
	for _, s := range r.Servers {
		if s.Err != nil {
			known[fmt.Sprintf("%s does not answer: %v", s.URL, s.Err)] = true
			list = append(list, broken(fmt.Sprintf("%s: %v", s.URL, s.Err), "Is it running? Are the URL, TASK_REPORTER_DIRECTORY_CA_FILE and the service account's name and password right?"))
			continue
		}
		what := fmt.Sprintf("%s answers, encryption %s", s.URL, s.Encryption)
		if end, ok := ends[s.URL]; ok {
			list = append(list, d.lifeUntil(time.Time{}, end, what+", its certificate", "Let those who run the directory replace it: without it nobody of the directory can sign in."))
		} else {
			list = append(list, well("%s", what))
		}
	}
	for _, p := range r.Problems {
		if !known[p] {
			list = append(list, warn(p, "See docs/directory.md."))
		}
	}
	return list
}

// scanner asks clamd whether it would take the largest file that there can be.
func (d *doctor) scanner(ctx context.Context, tell func(...diagnosis)) {
	clamd, err := d.cfg.Scan.scanner()
	if clamd == nil || err != nil { // an address that is wrong has ended the program before
		return
	}
	tell(check(ctx, "virus_scanner", d.cfg.Scan.Timeout+checkLimit, one(func(ctx context.Context) diagnosis {
		at := d.cfg.Scan.Address
		if err := clamd.Ping(ctx); err != nil {
			return broken(fmt.Sprintf("%s: %v", at, cause(err)), "Is clamd running? May the server's account open its socket (usermod -aG clamav)?")
		}
		verdict, err := clamd.Scan(ctx, io.LimitReader(zeros{}, incident.MaxFileSize))
		switch {
		case errors.Is(err, scan.ErrTooLarge):
			return broken(fmt.Sprintf("%s takes no file of %d MB", at, incident.MaxFileSize/1_000_000), "Set StreamMaxLength 25M in clamd.conf, and start clamd again.")
		case err != nil:
			return broken(fmt.Sprintf("%s answers, but scans nothing: %v", at, cause(err)), "Look at clamd's log and its memory, and at TASK_REPORTER_SCAN_TIMEOUT.")
		case verdict.Scan != incident.ScanClean:
			return broken(fmt.Sprintf("%s takes zeros for %q", at, verdict.Signature), "Look at clamd's signatures.")
		}
		return well("%s answers, and takes files of %d MB", at, incident.MaxFileSize/1_000_000)
	}))...)
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
