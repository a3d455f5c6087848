package object_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

const (
	sent    = "pressure 4.2 bar, valve closed"
	damaged = "pressure 9.2 bar, valve closed"
)

// damaging passes a server's connections on and changes one character of sent.
func damaging(t *testing.T, server string) string {
	t.Helper()
	l := listen(t)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil {
				_ = in.Close()
				continue
			}
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
			go func() {
				defer out.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := in.Read(buf)
					if _, bad := out.Write(bytes.ReplaceAll(buf[:n], []byte(sent), []byte(damaged))); err != nil || bad != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// noSums answers for a server that takes a checksum's trailer for granted, or as
// one that refuses it; all else goes through.
func noSums(t *testing.T, server string, refuses bool, seen *[]string) string {
	t.Helper()
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: server})
		r.Out.Host = r.In.Host // it is signed
	}}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || !strings.Contains(r.Header.Get("X-Amz-Content-Sha256"), "TRAILER") {
			if r.Method == http.MethodPut && r.ContentLength > 0 {
				*seen = append(*seen, r.Header.Get("X-Amz-Content-Sha256"))
			}
			through.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if refuses {
			w.WriteHeader(http.StatusNotImplemented)
			_ = xml.NewEncoder(w).Encode(minio.ErrorResponse{Code: "NotImplemented"})
		}
	})
}

// F-ST-07, F-UP-28: what changes on its way to the store is not stored, whether the
// server knows checksums or not.
func TestS3RefusesWhatWasDamagedOnItsWay(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]func(testing.TB) object.S3Config{
		"minio": objecttest.Server, "versitygw": objecttest.VersitygwServer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, way := range []string{"checksum", "trailer ignored", "trailer refused"} {
				cfg := server(t)
				plain := cfg.Endpoint
				cfg.Endpoint = damaging(t, plain)
				var signed []string
				if way != "checksum" {
					cfg.Endpoint = noSums(t, cfg.Endpoint, way == "trailer refused", &signed)
				}
				var log bytes.Buffer
				s, err := object.OpenS3(t.Context(), cfg, logTo(&log))
				if err != nil {
					t.Fatal(err)
				}
				if slow := strings.Contains(log.String(), "does not check CRC-32C"); slow != (way != "checksum") {
					t.Errorf("%s: %s", way, log.String())
				}
				put := func(key, text string, with func(io.Reader) io.Reader) error {
					return s.Put(t.Context(), key, "text/plain", int64(len(text)), with(strings.NewReader(text)))
				}
				for when, with := range map[string]func(text string) func(io.Reader) io.Reader{
					"after": func(string) func(io.Reader) io.Reader { return func(r io.Reader) io.Reader { return r } },
					"before": func(text string) func(io.Reader) io.Reader {
						return func(r io.Reader) io.Reader { return object.WithSum(r, incident.AddSum(0, []byte(text))) }
					},
				} {
					if err := put("room-1/log/bad.log", sent, with(sent)); incident.KindOf(err) != incident.StoreDown {
						t.Errorf("%s, %s: a damaged object: %v", way, when, err)
					}
					if err := put("room-1/log/good.log", damaged, with(damaged)); err != nil {
						t.Errorf("%s, %s: %v", way, when, err)
					}
				}
				if (way == "checksum") != (len(signed) == 0) {
					t.Errorf("%s: signed bodies: %v", way, signed)
				}
				cfg.Endpoint = plain
				if keys := objecttest.Objects(t, cfg); len(keys) != 1 || keys[0] != "room-1/log/good.log" {
					t.Errorf("%s: the bucket has %v", way, keys)
				}
			}
		})
	}
}
