package chaos

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

const minioAddress = gateway + ":9000"

// minio is a private object store at the bridge's address.
type minio struct {
	program, dir, key, secret string
	process                   *process
}

func startMinIO(ctx context.Context, program, dir string) (*minio, error) {
	m := &minio{program: program, dir: dir, key: rand.Text(), secret: rand.Text()}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return m, m.start(ctx)
}

func (m *minio) start(ctx context.Context) error {
	env := []string{
		"HOME=" + m.dir, "MINIO_ROOT_USER=" + m.key, "MINIO_ROOT_PASSWORD=" + m.secret,
		"MINIO_CI_CD=1", "MINIO_BROWSER=off", "MINIO_UPDATE=off",
	}
	var err error
	m.process, err = spawn(nil, m.dir, filepath.Join(m.dir, "log"), env, m.program, "server", "--quiet",
		"--config-dir", filepath.Join(m.dir, "config"), "--address", minioAddress, filepath.Join(m.dir, "data"))
	if err != nil {
		return err
	}
	return serving(ctx, "MinIO", m.process, func(ctx context.Context) error {
		return get(ctx, "http://"+minioAddress+"/minio/health/ready")
	})
}

func (m *minio) kill() { m.process.stop(os.Kill) }

// get expects 200.
func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := prober.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, res.Status)
	}
	return nil
}
