package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"sync/atomic"
	"time"

	"taskreporter/httpapi/client"
)

const (
	uploadBytes  = 5_000_000
	uploadAtOnce = 10
	bucket       = "bench"
	tusVersion   = client.TusResumable("1.0.0")
)

// uploads compares files that arrive through the server, checked, hashed and recorded, with
// the same bytes put straight into the same object store.
func uploads(ctx context.Context, s *site) ([]row, error) {
	store := objects{os.Getenv("TEST_MINIO_ENDPOINT"), os.Getenv("TEST_MINIO_ACCESS_KEY"), os.Getenv("TEST_MINIO_SECRET_KEY")}
	if store.endpoint == "" {
		return nil, errors.New("TEST_MINIO_ENDPOINT is not set: run scripts/bench, which starts a MinIO")
	}
	o, err := openOurs(ctx, s, 1, 1, "MINIO_ENDPOINT="+store.endpoint, "MINIO_ACCESS_KEY="+store.key, "MINIO_SECRET_KEY="+store.secret,
		"MINIO_BUCKET="+bucket, "MINIO_SECURE=false")
	if err != nil {
		return nil, err
	}
	defer o.stop()

	size, times := pick(s, uploadBytes, 100_000), pick(s, 3, 1)
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
		goal goal
		put  func(ctx context.Context, name string, b []byte) error
	}{
		{"direct PUT", noGoal(), store.put},
		{"multipart", atLeast(0.8), o.form},
		{"tus", atLeast(0.55), o.tus},
	}
	rate, cpu := make([][]float64, len(ways)), make([][]float64, len(ways))
	for n := range s.rounds + 1 {
		for i, way := range ways {
			before, err := o.cpu()
			if err != nil {
				return nil, err
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
		rows = append(rows, versus(name+", against direct PUT", "MB/s", rate[i+1], rate[0], way.goal),
			alone(name+": server CPU", "ms/file", cpu[i+1], atMost(40)))
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

// objects is the object store itself.
type objects struct{ endpoint, key, secret string }

// put stores an object of known size in one request, signed with AWS Signature Version 4
// over everything but its bytes, which costs the client least.
func (o objects) put(ctx context.Context, name string, b []byte) error {
	const region, unsigned = "us-east-1", "UNSIGNED-PAYLOAD"
	at := time.Now().UTC()
	stamp, day := at.Format("20060102T150405Z"), at.Format("20060102")
	where := "/" + bucket + "/direct/" + name
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+o.endpoint+where, bytes.NewReader(b))
	if err != nil {
		return err
	}
	const headers = "host;x-amz-content-sha256;x-amz-date"
	asked := fmt.Sprintf("PUT\n%s\n\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s", where, o.endpoint, unsigned, stamp, headers, unsigned)
	digest := sha256.Sum256([]byte(asked))
	scope := day + "/" + region + "/s3/aws4_request"
	key := []byte("AWS4" + o.secret)
	for _, part := range []string{day, region, "s3", "aws4_request", "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(digest[:])} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	req.Header.Set("X-Amz-Content-Sha256", unsigned)
	req.Header.Set("X-Amz-Date", stamp)
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", o.key, scope, headers, key))
	res, err := web.Do(req)
	if err != nil {
		return err
	}
	said, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", res.Status, said)
	}
	return err
}
