package drive

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/loadtest/plan"
)

const tusVersion = client.TusResumable("1.0.0")

// cutting reads so many bytes, then fails, which makes the client close its line.
type cutting struct {
	from io.Reader
	left int
}

func (c *cutting) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, errCut
	}
	n, err := c.from.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// body is what one request brings: all of b, or its first bytes and a broken line.
func body(b []byte, cut int) io.Reader {
	if cut > 0 {
		return &cutting{bytes.NewReader(b), min(cut, len(b))}
	}
	return bytes.NewReader(b)
}

// form brings a file as a form in one request. After a cut line it begins anew.
func (u *uploads) form(ctx context.Context, f file, b []byte) (client.File, error) {
	const boundary = "loadtest-7c1e0d"
	head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + f.name + "\"\r\n\r\n"
	tail := "\r\n--" + boundary + "--\r\n"
	whole := append(append([]byte(head), b...), tail...)
	cut := f.cut
	for try := 0; ; try++ {
		now := cut
		cut = 0
		once, done := context.WithTimeout(ctx, fileTimeout)
		res, err := f.person.api.UploadFileWithBodyWithResponse(once, u.room, "multipart/form-data; boundary="+boundary, body(whole, now),
			func(_ context.Context, r *http.Request) error {
				r.ContentLength = int64(len(whole))
				return nil
			})
		done()
		switch {
		case now > 0 && err != nil && ctx.Err() == nil:
			u.meter.Add(plan.Drops, 1)
			continue
		case err != nil:
			return client.File{}, err // it may be stored: it must not be sent again
		case res.JSON201 != nil:
			return *res.JSON201, nil
		}
		err = judge(res.HTTPResponse, res.Body)
		if err == nil {
			return client.File{}, fmt.Errorf("an unexpected answer: %s", res.Status())
		}
		after, again := putOff(err)
		if !again || try >= fileTries || wait(ctx, after) != nil {
			return client.File{}, err
		}
	}
}

// tus brings a file over the resumable protocol, from wherever the server has come to.
func (u *uploads) tus(ctx context.Context, f file, b []byte) (client.File, error) {
	version := tusVersion
	at := ""
	err := insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := f.person.api.CreateUploadWithResponse(ctx, u.room, &client.CreateUploadParams{
			TusResumable: &version, UploadLength: int64(len(b)),
			UploadMetadata: "filename " + base64.StdEncoding.EncodeToString([]byte(f.name)),
		})
		if err != nil {
			return nil, nil, err
		}
		at = res.HTTPResponse.Header.Get("Location")
		return res.HTTPResponse, res.Body, nil
	})
	if err != nil {
		return client.File{}, fmt.Errorf("announce: %w", err)
	}
	id := path.Base(at)
	offset, cut := int64(0), f.cut
	for try := 0; offset < int64(len(b)); try++ {
		now := cut
		cut = 0
		next, err := u.append(ctx, f, id, offset, body(b[offset:], now), int64(len(b))-offset)
		if err == nil {
			offset = next
			continue
		}
		after := time.Duration(0)
		if now > 0 {
			u.meter.Add(plan.Drops, 1)
		} else {
			again := false
			if after, again = putOff(err); !again && !elsewhere(err) || try >= fileTries {
				return client.File{}, err
			}
		}
		if wait(ctx, after) != nil {
			return client.File{}, err
		}
		if offset, err = u.offset(ctx, f, id); err != nil {
			return client.File{}, fmt.Errorf("find the upload again: %w", err)
		}
	}
	return u.find(ctx, f.person, id)
}

// elsewhere reports whether the server is further than it said: what a broken line had
// brought may come to it after the question how far it is.
func elsewhere(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.status == http.StatusConflict
}

// append brings what is missing and returns how far the server is then.
func (u *uploads) append(ctx context.Context, f file, id string, offset int64, b io.Reader, n int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	version := tusVersion
	res, err := f.person.api.AppendUploadWithBodyWithResponse(ctx, u.room, id,
		&client.AppendUploadParams{TusResumable: &version, UploadOffset: offset}, "application/offset+octet-stream", b,
		func(_ context.Context, r *http.Request) error {
			r.ContentLength = n
			return nil
		})
	if err != nil {
		return 0, err
	}
	if err := judge(res.HTTPResponse, res.Body); err != nil {
		return 0, err
	}
	return offsetOf(res.HTTPResponse)
}

// offset asks how far the server is.
func (u *uploads) offset(ctx context.Context, f file, id string) (offset int64, err error) {
	version := tusVersion
	err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := f.person.api.FindUploadWithResponse(ctx, u.room, id, &client.FindUploadParams{TusResumable: &version})
		if err != nil {
			return nil, nil, err
		}
		if judge(res.HTTPResponse, res.Body) == nil {
			if offset, err = offsetOf(res.HTTPResponse); err != nil {
				return nil, nil, err
			}
		}
		return res.HTTPResponse, res.Body, nil
	})
	return offset, err
}

func offsetOf(res *http.Response) (int64, error) {
	n, err := strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("the answer has no Upload-Offset")
	}
	return n, nil
}

// find reads what the server has recorded.
func (u *uploads) find(ctx context.Context, p *person, id string) (found client.File, err error) {
	err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := p.api.GetFileWithResponse(ctx, u.room, id)
		if err != nil {
			return nil, nil, err
		}
		if res.JSON200 != nil {
			found = *res.JSON200
		}
		return res.HTTPResponse, res.Body, nil
	})
	return found, err
}
