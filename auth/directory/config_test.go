package directory

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func valid() Config {
	return Config{
		URLs: []string{"ldaps://dc1.plant.example", "ldaps://dc2.plant.example:3269/"}, Preset: AD, Bases: []string{"OU=people,DC=plant,DC=example"},
		BindDN: "CN=svc,DC=plant,DC=example", BindPassword: "x",
	}
}

// F-AU-01: what cannot work is said before anybody signs in, and how to mend it.
func TestAConfigurationThatCannotWorkIsRefusedWithAnAdvice(t *testing.T) {
	t.Parallel()
	if err := valid().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Config)
		advice string // "" when it is fine
	}{
		"no server":         {func(c *Config) { c.URLs = nil }, "name at least one URL"},
		"a web page":        {func(c *Config) { c.URLs[0] = "https://dc1" }, "begins with ldaps://"},
		"no host":           {func(c *Config) { c.URLs[0] = "ldaps://" }, "names no server"},
		"a secret":          {func(c *Config) { c.URLs[0] = "ldaps://me:secret@dc1" }, "a server and a port only"},
		"no URL":            {func(c *Config) { c.URLs[0] = "ldaps://[::1" }, "cannot be read"},
		"plain":             {func(c *Config) { c.URLs[1] = "ldap://dc2" }, "set StartTLS"},
		"StartTLS":          {func(c *Config) { c.URLs[1] = "ldap://dc2"; c.StartTLS = true }, ""},
		"plain, asked for":  {func(c *Config) { c.URLs[1] = "ldap://dc2"; c.Plaintext = true }, ""},
		"no base":           {func(c *Config) { c.Bases = nil }, "name where people are"},
		"base is no DN":     {func(c *Config) { c.Bases = []string{"plant.example"} }, "write it in full"},
		"empty base":        {func(c *Config) { c.Bases = []string{""} }, "write it in full"},
		"group is a name":   {func(c *Config) { c.AdminGroups = []string{"Admins"} }, "write it in full"},
		"no preset":         {func(c *Config) { c.Preset = "" }, `take "ad" or "openldap"`},
		"no password":       {func(c *Config) { c.BindPassword = "" }, "has no password"},
		"no service DN":     {func(c *Config) { c.BindDN = "" }, "set both, or none"},
		"service by UPN":    {func(c *Config) { c.BindDN = "svc@plant.example" }, ""},
		"direct":            {func(c *Config) { c.BindDN, c.BindPassword = "", "" }, ""},
		"direct, no domain": {func(c *Config) { c.BindDN, c.BindPassword, c.Bases = "", "", []string{"O=plant"} }, "name the domain"},
		"direct, OpenLDAP":  {func(c *Config) { c.BindDN, c.BindPassword, c.Preset = "", "", OpenLDAP }, "set the DN and the password"},
		"OpenLDAP by UPN":   {func(c *Config) { c.BindDN, c.Preset = "svc@plant.example", OpenLDAP }, "write it in full"},
		"filter":            {func(c *Config) { c.Schema.UserFilter = "(uid=" }, "filter"},
		"attribute":         {func(c *Config) { c.Schema.Username = "uid)(x" }, "no attribute's name"},
		"group rule":        {func(c *Config) { c.Schema.Groups = "guess" }, "no group rule"},
		"time limit":        {func(c *Config) { c.Timeout = time.Hour }, "up to 1m"},
		"binds":             {func(c *Config) { c.MaxBinds = -1 }, "1 to 1000"},
		"queue":             {func(c *Config) { c.QueueTime = -1 }, "up to 1m"},
	} {
		config := valid()
		c.change(&config)
		err := config.Validate()
		if (err == nil) != (c.advice == "") || err != nil && !strings.Contains(err.Error(), c.advice) {
			t.Errorf("%s: %v, want %q", name, err, c.advice)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: a password is in the message: %v", name, err)
		}
	}
}

func TestDomainsAreReadOffTheBaseUnlessTheyAreSet(t *testing.T) {
	t.Parallel()
	c := valid().filled()
	if c.Domain != "plant.example" || c.NetBIOS != "plant" {
		t.Errorf("%q and %q", c.Domain, c.NetBIOS)
	}
	set := valid()
	set.Domain, set.NetBIOS = "fab8.example", "FAB"
	if c := set.filled(); c.Domain != "fab8.example" || c.NetBIOS != "FAB" {
		t.Errorf("%q and %q", c.Domain, c.NetBIOS)
	}
}

func TestACAFileThatHoldsNoCertificateIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	for _, content := range []string{"", "no certificate"} {
		if content != "" {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c := valid()
		c.CAFile = file
		if _, err := Open(c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "CA file") {
			t.Errorf("%q: %v", content, err)
		}
	}
}
