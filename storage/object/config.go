package object

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// S3Config says where an S3-compatible server is (F-ST-08–14).
type S3Config struct {
	Endpoint  string // host:port as this process reaches it
	AccessKey string
	SecretKey string
	Bucket    string
	Region    string // what the server was told; "us-east-1" unless set
	Secure    bool   // TLS

	// PublicEndpoint is where clients reach the same server: host:port, or an
	// origin such as https://files.plant.example when a proxy ends TLS. Empty
	// when they cannot: they then fetch through this process.
	PublicEndpoint string
}

// Defaults of S3Config.
const (
	DefaultEndpoint = "localhost:9000"
	DefaultBucket   = "task-reporter-files"
	DefaultRegion   = "us-east-1"
)

// How long to wait for a server, and how often to ask. Together they bound the
// answer of a server that is away to about three seconds.
const (
	dialPatience   = 1200 * time.Millisecond // one lost SYN is repeated after 1 s
	answerPatience = 5 * time.Second         // for a request without a body
	checkPatience  = 2 * time.Second
	streamPatience = 15 * time.Second       // without the server moving a byte
	attempts       = 2                      // per request that can be repeated
	backOff        = 100 * time.Millisecond // doubled before each repetition
)

// Validate reports every mistake at once; it fills in nothing.
func (c S3Config) Validate() error {
	var errs []error
	if _, _, err := origin(c.Endpoint, c.Secure); err != nil {
		errs = append(errs, fmt.Errorf("endpoint %q: %w", c.Endpoint, err))
	}
	if c.PublicEndpoint != "" {
		if _, _, err := origin(c.PublicEndpoint, c.Secure); err != nil {
			errs = append(errs, fmt.Errorf("public endpoint %q: %w", c.PublicEndpoint, err))
		}
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		errs = append(errs, errors.New("access key and secret key must be set"))
	}
	if err := s3utils.CheckValidBucketNameStrict(c.Bucket); err != nil {
		errs = append(errs, fmt.Errorf("bucket %q: %w", c.Bucket, err))
	}
	return errors.Join(errs...)
}

func (c S3Config) region() string {
	if c.Region == "" {
		return DefaultRegion
	}
	return c.Region
}

// origin splits host:port or http(s)://host[:port]; a scheme overrides secure.
// A path is refused: it would not be part of what S3 signs.
func origin(s string, secure bool) (host string, tls bool, err error) {
	if !strings.Contains(s, "://") {
		scheme := "http://"
		if secure {
			scheme = "https://"
		}
		s = scheme + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", false, errors.New("not host:port nor an http(s) origin")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", false, fmt.Errorf("scheme %q is neither http nor https", u.Scheme)
	case u.Hostname() == "":
		return "", false, errors.New("no host")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "", false, errors.New("has more than a host and a port")
	}
	if p := u.Port(); p != "" {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return "", false, fmt.Errorf("port %q is not valid", p)
		}
	}
	return u.Host, u.Scheme == "https", nil
}
