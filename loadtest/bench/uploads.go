package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"                 //nolint:depguard // the baseline
	"github.com/minio/minio-go/v7/pkg/credentials" //nolint:depguard // the baseline

	"taskreporter/httpapi/client"
)

const (
	uploadBytes  = 5_000_000
	uploadAtOnce = 10
	bucket       = "bench"
	tusVersion   = client.TusResumable("1.0.0")
)

// uploads compares files that arrive through the server, checked, hashed and recorded, with
// the same bytes put straight into the same object store by its own client.
func uploads(ctx context.Context, s *site) ([]row, error) {
	store, err := openObjects()
	if err != nil {
		return nil, err
	}
	o, err := openOurs(ctx, s, 1, 1, "MINIO_ENDPOINT="+store.endpoint, "MINIO_ACCESS_KEY="+store.key, "MINIO_SECRET_KEY="+store.secret,
		"MINIO_BUCKET="+bucket, "MINIO_SECURE=false")
	if err != nil {
		return nil, err
	}
	defer o.stop()

	size, times := pick(s, uploadBytes, 100_000), pick(s, 10, 1)
	base := bytes.Repeat([]byte("2026-11-23 08:00:00 spindle 87.4 °C alarm 3021, stopped the line\n"), size/60)[:size]
	var made atomic.Int64
	fresh := func() (string, []byte) { // no two files are the same
		n := strconv.FormatInt(made.Add(1), 10)
		b := bytes.Clone(base)
		copy(b, n+" ")
		return n, b
	}
	ways := []struct {
		name string
		ours bool
		goal goal
		put  func(ctx context.Context, name string, b []byte) error
	}{
		{"direct PUT", false, noGoal(), store.put},
		{"direct PUT without a check of its bytes", false, noGoal(), store.putUnchecked},
		{"multipart", true, atLeast(0.8), o.form},
		{"tus", true, atLeast(0.55), o.tus},
	}
	rate, cpu := make([][]float64, len(ways)), make([][]float64, len(ways))
	for n := range s.rounds + 1 {
		for i, way := range ways {
			before, err := o.cpu()
			if err != nil {
				return nil, err
			}
			if way.ours && s.profiles != "" {
				go o.profile(ctx, time.Second)
			}
			began := time.Now()
			files := uploadAtOnce * times
			if err := each(ctx, files, uploadAtOnce, func(ctx context.Context, _ int) error {
				name, b := fresh()
				return way.put(ctx, name, b)
			}); err != nil {
				return nil, fmt.Errorf("%s: %w", way.name, err)
			}
			took := time.Since(began)
			after, err := o.cpu()
			if err != nil {
				return nil, err
			}
			if n == 0 { // warms up
				continue
			}
			rate[i] = append(rate[i], float64(files*size)/1e6/took.Seconds())
			cpu[i] = append(cpu[i], float64(after-before)/float64(time.Millisecond)/float64(files))
		}
	}
	var rows []row
	for i, way := range ways[1:] {
		name := fmt.Sprintf("%d at once by %s", uploadAtOnce, way.name)
		rows = append(rows, versus(name+", against direct PUT", "MB/s", rate[i+1], rate[0], way.goal))
		if way.ours {
			rows = append(rows, alone(name+": server CPU", "ms/file", cpu[i+1], atMost(40)))
		}
	}
	return rows, nil
}

// form brings a file in one request.
func (o *ours) form(ctx context.Context, name string, b []byte) error {
	const boundary = "bench-7c1e0d"
	head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + ".log\"\r\n\r\n"
	tail := "\r\n--" + boundary + "--\r\n"
	body := io.MultiReader(bytes.NewReader([]byte(head)), bytes.NewReader(b), bytes.NewReader([]byte(tail)))
	res, err := o.people[0].api.UploadFileWithBodyWithResponse(ctx, o.rooms[0], "multipart/form-data; boundary="+boundary, body,
		func(_ context.Context, r *http.Request) error {
			r.ContentLength = int64(len(head) + len(b) + len(tail))
			return nil
		})
	if err != nil {
		return err
	}
	if res.JSON201 == nil {
		return fmt.Errorf("%s: %.300s", res.Status(), res.Body)
	}
	return nil
}

// tus announces a file and brings it in one piece.
func (o *ours) tus(ctx context.Context, name string, b []byte) error {
	api, version := o.people[0].api, tusVersion
	made, err := api.CreateUploadWithResponse(ctx, o.rooms[0], &client.CreateUploadParams{
		TusResumable: &version, UploadLength: int64(len(b)),
		UploadMetadata: "filename " + base64.StdEncoding.EncodeToString([]byte(name+".log")),
	})
	if err != nil {
		return err
	}
	if made.StatusCode() != http.StatusCreated {
		return fmt.Errorf("announce: %s: %.300s", made.Status(), made.Body)
	}
	id := path.Base(made.HTTPResponse.Header.Get("Location"))
	res, err := api.AppendUploadWithBodyWithResponse(ctx, o.rooms[0], id, &client.AppendUploadParams{TusResumable: &version, UploadOffset: 0},
		"application/offset+octet-stream", bytes.NewReader(b))
	if err != nil {
		return err
	}
	if res.StatusCode() != http.StatusNoContent {
		return fmt.Errorf("bring: %s: %.300s", res.Status(), res.Body)
	}
	return nil
}

// openObjects connects to the object store itself, as a program does that uses it directly.
func openObjects() (objects, error) {
	o := objects{endpoint: os.Getenv("TEST_MINIO_ENDPOINT"), key: os.Getenv("TEST_MINIO_ACCESS_KEY"), secret: os.Getenv("TEST_MINIO_SECRET_KEY")}
	if o.endpoint == "" {
		return o, errors.New("TEST_MINIO_ENDPOINT is not set: run scripts/bench, which starts a MinIO")
	}
	var err error
	o.client, err = minio.New(o.endpoint, &minio.Options{Creds: credentials.NewStaticV4(o.key, o.secret, ""), Transport: web.Transport})
	return o, err
}

type objects struct {
	endpoint, key, secret string
	client                *minio.Client
}

// put stores an object in one request with the client's defaults.
func (o objects) put(ctx context.Context, name string, b []byte) error {
	_, err := o.client.PutObject(ctx, bucket, "direct/"+name, bytes.NewReader(b), int64(len(b)), minio.PutObjectOptions{})
	return err
}

// putUnchecked leaves the bytes out of the signature, which costs client and store least: what
// is broken on the way is kept as it came.
func (o objects) putUnchecked(ctx context.Context, name string, b []byte) error {
	_, err := o.client.PutObject(ctx, bucket, "unchecked/"+name, bytes.NewReader(b), int64(len(b)), minio.PutObjectOptions{DisableContentSha256: true})
	return err
}
