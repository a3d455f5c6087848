package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"taskreporter/auth"
	"taskreporter/auth/directory"
	"taskreporter/incident"
	"taskreporter/storage"
)

// DirectoryConfig says which directory (LDAP, Active Directory) people are in. Without
// a URL there are local accounts only. DNs have commas, so lists of them are
// separated by semicolons.
type DirectoryConfig struct {
	URLs          []string      `name:"urls" help:"ldaps://server or ldap://server, the preferred one first; empty for no directory."`
	Preset        string        `default:"ad" enum:"ad,openldap" help:"What things are called there: ad or openldap."`
	StartTLS      bool          `name:"start-tls" help:"Encrypt the connections to ldap:// URLs."`
	Plaintext     bool          `help:"Let passwords travel readable to ldap:// URLs; for tests only."`
	CAFile        string        `name:"ca-file" help:"PEM file of the authorities that sign the servers' certificates; empty for the system's."`
	BindDN        string        `name:"bind-dn" help:"Service account that finds people; empty on Active Directory to bind them directly."`
	BindPassword  Secret        `help:"Its password; better in the environment than on a command line."`
	Bases         []string      `sep:";" help:"DNs below which people are."`
	GroupBases    []string      `sep:";" help:"DNs below which groups are, if elsewhere."`
	Domain        string        `help:"What follows the @ of user@domain; read off the first base when empty."`
	NetBIOS       string        `name:"netbios" help:"What stands before a user name in DOMAIN\\user."`
	LoginGroup    string        `help:"DN of the group whose members may sign in, in any depth; empty for everybody."`
	AdminGroups   []string      `sep:";" help:"DNs of groups whose members are ADMIN."`
	AuditorGroups []string      `sep:";" help:"DNs of groups whose members are AUDITOR."`
	UserFilter    string        `help:"What a person is, in place of the preset's filter."`
	Timeout       time.Duration `default:"4s" help:"What one server gets for one request; then the next is asked."`
	MaxBinds      int           `default:"8" help:"People who may be signing in at once; more wait for a moment."`
	Recheck       time.Duration `default:"2m" help:"How old an answer about somebody who is signed in may become."`
}

// config is the directory in its own package's words.
func (c *DirectoryConfig) config() directory.Config {
	return directory.Config{
		URLs: c.URLs, Timeout: c.Timeout, StartTLS: c.StartTLS, Plaintext: c.Plaintext, CAFile: c.CAFile,
		BindDN: c.BindDN, BindPassword: string(c.BindPassword), Bases: c.Bases, GroupBases: c.GroupBases,
		Domain: c.Domain, NetBIOS: c.NetBIOS, Preset: directory.Preset(c.Preset), Schema: directory.Schema{UserFilter: c.UserFilter},
		LoginGroup: c.LoginGroup, AdminGroups: c.AdminGroups, AuditorGroups: c.AuditorGroups, MaxBinds: c.MaxBinds,
	}
}

// check reports the first value that cannot work.
func (c *DirectoryConfig) check() error {
	switch {
	case len(c.URLs) == 0:
		return nil
	case c.Recheck < time.Second || c.Recheck > 4*time.Minute:
		return errors.New("--directory-recheck: want 1s to 4m, so that nobody stays for longer than five minutes")
	}
	return c.config().Validate()
}

// joinDirectory lets the gate ask the directory, and tells the trail what that changes.
func (h *house) joinDirectory(cfg *Config, gate *auth.Gate) error {
	if len(cfg.Directory.URLs) == 0 {
		return nil
	}
	d, err := directory.Open(cfg.Directory.config(), h.log)
	if err != nil {
		return err
	}
	h.directory = d
	gate.UseDirectory(d)
	gate.OnChange(func(ctx context.Context, u incident.User, act string) {
		target := "user " + string(u.ID)
		if act == "system_role_changed" {
			target += " " + string(u.System)
		}
		recordDirectory(ctx, h.db, h.log, act, target)
	})
	h.recheck = func(ctx context.Context) {
		h.sayDirectory(ctx)
		var pinging sync.WaitGroup
		pinging.Go(func() { pingDirectory(ctx, d) })
		defer pinging.Wait()
		if cfg.Directory.BindDN == "" {
			h.log.Warn("nobody who leaves the directory is signed out before their session ends: that needs a service account")
			return
		}
		recheck(ctx, gate, cfg.Directory.Recheck, h.log)
	}
	return nil
}

// newcomers finds who of the directory has no account yet.
func (h *house) newcomers(gate *auth.Gate) *auth.Newcomers {
	if h.directory == nil {
		return auth.NewNewcomers(gate, nil)
	}
	return auth.NewNewcomers(gate, h.directory)
}

func recordDirectory(ctx context.Context, db *storage.DB, log *slog.Logger, act, target string) {
	err := db.Audit().Record(ctx, incident.AuditEntry{Who: incident.House, Act: act, Target: target, From: "directory", Outcome: "ok"})
	if err != nil {
		log.Error("audit row lost", "act", act, "err", err)
	}
}

// recheck asks the directory again and again about people who are signed in, until
// ctx ends.
func recheck(ctx context.Context, gate *auth.Gate, age time.Duration, log *slog.Logger) {
	ticker := time.NewTicker(max(age/4, 100*time.Millisecond))
	defer ticker.Stop()
	for away := false; ; {
		err := gate.Recheck(ctx, age)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !away:
			log.Error("the directory does not say who may stay: those who are signed in do", "err", err)
		case err == nil && away:
			log.Info("the directory says again who may stay")
		}
		away = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// sayDirectory logs how the directory looks at the start; nothing waits for it.
func (h *house) sayDirectory(ctx context.Context) {
	report, err := h.directory.SelfTest(ctx)
	for _, s := range report.Servers {
		if s.Err != nil {
			h.log.Warn("directory server does not serve", "url", s.URL, "encryption", s.Encryption, "err", s.Err)
		} else {
			h.log.Info("directory server answers", "url", s.URL, "encryption", s.Encryption)
		}
	}
	for _, p := range report.Problems {
		h.log.Warn("the directory is not as it should be", "problem", p)
	}
	switch {
	case err != nil:
		h.log.Error("directory does not answer: nobody of it can sign in", "err", err)
	default:
		h.log.Info("directory ready", "people", report.People, "groups", string(report.Groups))
	}
}
