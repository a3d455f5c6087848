package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"taskreporter/auth"
)

// What is too little.
const (
	leastShare = 0.10    // of a disk's bytes and files
	leastBytes = 2 << 30 // of a disk
	leastFiles = 4096    // that a process may have open
)

// settings warns of what may be wanted for a try and not for a plant. What cannot work
// has ended the program before.
func (d *doctor) settings(ctx context.Context, tell func(...diagnosis)) {
	tell(check(ctx, "settings", checkLimit, func(context.Context) []diagnosis {
		c := d.cfg
		var list []diagnosis
		if c.Directory.Plaintext {
			for _, u := range c.Directory.URLs {
				if strings.HasPrefix(u, "ldap://") && !c.Directory.StartTLS {
					list = append(list, warn("passwords travel readable to "+u, "Use ldaps:// or TASK_REPORTER_DIRECTORY_START_TLS, and take TASK_REPORTER_DIRECTORY_PLAINTEXT out."))
				}
			}
		}
		if store := c.objectStore().Endpoint; c.UsesMinIO() && !c.MinIO.Secure && !strings.HasPrefix(store, "https://") && !isLoopback(store) {
			list = append(list, warn("files travel without TLS to "+store, "Set MINIO_SECURE=true, unless that network is the servers' own."))
		}
		if c.TLS.Cert == "" && len(c.TrustedProxies) == 0 && !isLoopback(c.Listen) {
			list = append(list, warn("plain HTTP for everybody who reaches "+c.Listen,
				"Set TASK_REPORTER_TLS_CERT and _KEY; or put a proxy with TLS in front and name it in TASK_REPORTER_TRUSTED_PROXIES."))
		}
		if a := c.AdminListen; a != "" && !isLoopback(a) {
			list = append(list, warn("whoever reaches "+a+" reads the metrics", "Let a firewall admit the monitoring alone, or listen on localhost."))
		}
		if c.Scan.Address != "" && c.Scan.WhenDown == "allow" {
			list = append(list, warn("files open unscanned while the virus scanner is away", "Set TASK_REPORTER_SCAN_WHEN_DOWN=block, unless this is what you want."))
		}
		if len(list) == 0 {
			list = append(list, well("valid, and none is dangerous"))
		}
		return list
	})...)
}

// isLoopback reports whether host:port, or the host of an origin, is this machine for
// itself.
func isLoopback(address string) bool {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// machine looks at the data directory, the keys and what this process may take.
func (d *doctor) machine(ctx context.Context, tell func(...diagnosis)) {
	dir := d.cfg.DataDir
	tell(check(ctx, "data_directory", checkLimit, one(func(context.Context) diagnosis { return lookAtDirectory(dir) }))...)
	tell(check(ctx, "disk_space", checkLimit, one(func(context.Context) diagnosis { return d.lookAtSpace(dir) }))...)
	tell(check(ctx, "temporary_files", checkLimit, one(func(context.Context) diagnosis { return lookAtTemporary(d.temporary) }))...)
	tell(check(ctx, "signing_keys", checkLimit, one(func(context.Context) diagnosis { return d.lookAtKeys() }))...)
	tell(check(ctx, "open_files", checkLimit, one(func(context.Context) diagnosis { return d.lookAtFiles() }))...)
}

const (
	writable = 2 // access(2): W_OK
	enter    = 1 // X_OK
)

func lookAtDirectory(dir string) diagnosis {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		parent := existingParent(dir)
		if syscall.Access(parent, writable|enter) != nil {
			return broken(fmt.Sprintf("%s is not there, and this account may not make it", dir), "Make it, owned by the server's account, mode 0700.")
		}
		return warn(dir+" is not there yet", "The first start makes it. If there was a start, TASK_REPORTER_DATA_DIR names another directory.")
	case err != nil:
		return broken(err.Error(), "Run as the server's account, and look at the rights of the directories above.")
	case !info.IsDir():
		return broken(dir+" is no directory", "Set TASK_REPORTER_DATA_DIR.")
	}
	if err := syscall.Access(dir, writable|enter); err != nil {
		return broken(fmt.Sprintf("this account may not write to %s: %v", dir, err), "Give it to the server's account (chown), or run doctor as that account; look whether the disk is mounted read-only.")
	}
	if info.Mode().Perm()&0o007 != 0 {
		return warn(fmt.Sprintf("everybody on this machine may look into %s (mode %#o)", dir, info.Mode().Perm()), "chmod 700 it; with systemd also StateDirectoryMode=0700.")
	}
	return well("%s may be written, and not be read by everybody", dir)
}

// existingParent is the nearest directory above a path that is there.
func existingParent(path string) string {
	for path = filepath.Clean(path); ; path = filepath.Dir(path) {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
	}
}

// room is what is free on a disk. Disks that make their files as they need them have
// none to count.
type room struct {
	freeBytes, bytes uint64
	freeFiles, files uint64
}

func roomIn(dir string) (room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return room{}, err
	}
	block := uint64(s.Bsize)
	return room{freeBytes: s.Bavail * block, bytes: s.Blocks * block, freeFiles: s.Ffree, files: s.Files}, nil
}

func (d *doctor) lookAtSpace(dir string) diagnosis {
	r, err := d.space(existingParent(dir))
	if err != nil {
		return broken("free space is not known: "+err.Error(), "Look at the disk.")
	}
	share := func(free, all uint64) float64 { return float64(free) / float64(max(all, 1)) }
	found := fmt.Sprintf("%.1f GiB free, %.0f %%", float64(r.freeBytes)/(1<<30), 100*share(r.freeBytes, r.bytes))
	const advice = "Free some, or move the data directory to a larger disk while the server is stopped."
	switch {
	case r.freeBytes == 0:
		return broken("the disk of "+dir+" is full", advice)
	case r.files > 0 && share(r.freeFiles, r.files) < leastShare:
		return warn(fmt.Sprintf("%s, but only %d files more fit on the disk of %s", found, r.freeFiles, dir), "Remove small files there, or take a file system with more inodes.")
	case r.freeBytes < leastBytes || share(r.freeBytes, r.bytes) < leastShare:
		return warn(found+" on the disk of "+dir, advice)
	}
	return well("%s on the disk of %s", found, dir)
}

// lookAtTemporary tries what an export does first.
func lookAtTemporary(dir string) diagnosis {
	f, err := os.CreateTemp(dir, "task-reporter-doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return broken(err.Error(), "No room can be exported. Mount a file system there that this account may write to, or set TMPDIR for the server.")
	}
	return well("%s takes files", dir)
}

func (d *doctor) lookAtKeys() diagnosis {
	dir := d.cfg.KeyDir()
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err == nil && len(files) == 0 {
		// A directory that may not be read looks empty too.
		_, err = os.ReadDir(dir)
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
		case d.cfg.Cluster.Listen != "":
			return broken("no signing key in "+dir, "Copy the keys of the other nodes there: a node with a key of its own understands nobody.")
		default:
			return warn("no signing key in "+dir+" yet", "The next start makes one.")
		}
	}
	if err == nil {
		_, err = auth.LoadKeys(dir, false)
	}
	if err != nil {
		return broken(err.Error(), "Mend that file, chmod 600 it, owned by the server's account; a key that others could read must be replaced (docs/operations.md, Signing keys).")
	}
	return well("%d in %s", len(files), dir)
}

func (d *doctor) lookAtFiles() diagnosis {
	n, err := d.files()
	switch {
	case err != nil:
		return warn("how many files a process may have open is not known: "+err.Error(), "Look at ulimit -n.")
	case n < leastFiles:
		return warn(fmt.Sprintf("a process started like this one may have %d files open; each socket takes one", n),
			"Raise it: LimitNOFILE=1048576 in the systemd unit, ulimit -n in a shell.")
	}
	return well("a process started like this one may have %d open", n)
}
