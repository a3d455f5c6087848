package object_test

import (
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// F-ST-15
// It names each promise with its id, F-ST-04 to F-ST-06 among them.
func TestDiskKeepsTheContract(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Fixture { return objecttest.Disk(t) })
}

// F-ST-14
func TestS3KeepsTheContract(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Fixture { return objecttest.S3(t) })
}

// F-ST-14: what holds on one server only by chance fails here.
func TestVersitygwKeepsTheContract(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Fixture { return objecttest.Versitygw(t) })
}

// F-ST-09
func TestEveryKeyWeMakeIsAccepted(t *testing.T) {
	t.Parallel()
	const room, file = "0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10", "018f6b2e-0000-7000-8000-000000000001"
	for _, name := range []string{"a.jpg", "a.JPEG", "a.png", "a.gif", "a.pdf", "a.txt", "a.log", "線.csv"} {
		kind, _ := incident.TypeOf(name)
		key := incident.ObjectKey(room, kind.Kind, file, incident.Ext(name))
		if err := object.CheckKey(key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := object.CheckKey(incident.ThumbnailKey(room, file)); err != nil {
		t.Error(err)
	}
}

// F-ST-13
func TestConfigNamesEveryMistake(t *testing.T) {
	t.Parallel()
	good := object.S3Config{Endpoint: "minio:9000", AccessKey: "a", SecretKey: "s", Bucket: object.DefaultBucket}
	if err := good.Validate(); err != nil {
		t.Fatalf("a good configuration is refused: %v", err)
	}
	for _, public := range []string{"files.plant:9000", "https://files.plant", "http://10.0.0.7:9000/", "[::1]:9000"} {
		c := good
		c.PublicEndpoint = public
		if err := c.Validate(); err != nil {
			t.Errorf("public endpoint %s is refused: %v", public, err)
		}
	}
	for name, c := range map[string]struct {
		spoil func(*object.S3Config)
		want  string
	}{
		"no endpoint":        {func(c *object.S3Config) { c.Endpoint = "" }, "endpoint"},
		"endpoint with path": {func(c *object.S3Config) { c.Endpoint = "minio:9000/x" }, "endpoint"},
		"bad port":           {func(c *object.S3Config) { c.Endpoint = "minio:99999" }, "endpoint"},
		"other scheme":       {func(c *object.S3Config) { c.PublicEndpoint = "ftp://minio" }, "public endpoint"},
		"password in URL":    {func(c *object.S3Config) { c.PublicEndpoint = "http://a:b@minio" }, "public endpoint"},
		"no access key":      {func(c *object.S3Config) { c.AccessKey = "" }, "access key"},
		"no secret key":      {func(c *object.S3Config) { c.SecretKey = "" }, "secret key"},
		"no bucket":          {func(c *object.S3Config) { c.Bucket = "" }, "bucket"},
		"bad bucket":         {func(c *object.S3Config) { c.Bucket = "Task_Files" }, "bucket"},
	} {
		broken := good
		c.spoil(&broken)
		if err := broken.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want one about %q", name, err, c.want)
		}
	}
}
