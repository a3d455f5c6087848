package directory

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Preset names the make of a directory; it fills what [Schema] leaves empty.
type Preset string

// The presets.
const (
	AD       Preset = "ad"
	OpenLDAP Preset = "openldap"
)

// GroupRule is how groups inside of groups are followed.
type GroupRule string

const (
	// InChain lets the server follow them by Active Directory's matching rule.
	// OpenLDAP answers it with success and nothing.
	InChain GroupRule = "in-chain"
	// Walk asks for the groups of the groups, level by level, on any server.
	Walk GroupRule = "walk"
)

// Schema says what things are called in a directory. An empty field takes its
// value from the preset.
type Schema struct {
	Key       string // identifies a person for ever: objectGUID, entryUUID
	Username  string // what people type: sAMAccountName, uid
	Principal string // what people type with an @ in it: userPrincipalName, mail
	Name      string // what others see; cn where it is missing
	Mail      string

	UserFilter  string   // what a person is
	GroupFilter string   // what a group is, for [Walk]
	Member      []string // attributes of a group that name its members, for [Walk]
	Groups      GroupRule
}

var schemas = map[Preset]Schema{
	AD: {
		Key:         "objectGUID",
		Username:    "sAMAccountName",
		Principal:   "userPrincipalName",
		Name:        "displayName",
		Mail:        "mail",
		UserFilter:  "(&(objectCategory=person)(objectClass=user))",
		GroupFilter: "(objectClass=group)",
		Member:      []string{"member"},
		Groups:      InChain,
	},
	OpenLDAP: {
		Key:         "entryUUID",
		Username:    "uid",
		Principal:   "mail",
		Name:        "displayName",
		Mail:        "mail",
		UserFilter:  "(objectClass=inetOrgPerson)",
		GroupFilter: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
		Member:      []string{"member", "uniqueMember", memberUID},
		Groups:      Walk,
	},
}

// memberUID names members by their user name instead of their DN (RFC 2307), so
// it holds people but no groups.
const memberUID = "memberUid"

// Config describes a directory. Groups and bases are DNs.
type Config struct {
	// URLs of the servers, ldaps:// or ldap://, the preferred one first.
	URLs []string
	// Timeout is what one server gets for one request, from connecting to the last
	// answer; then the next server is asked. 0 is 4 s.
	Timeout time.Duration
	// StartTLS encrypts the connections of ldap:// URLs.
	StartTLS bool
	// Plaintext lets passwords travel readable to ldap:// URLs without StartTLS.
	Plaintext bool
	// CAFile has the certificates, in PEM, that the servers' are checked against.
	// Without it the system's are taken.
	CAFile string

	// BindDN and BindPassword are the service account that finds people. Without
	// it they bind directly, as user@Domain; [Directory.Find] and
	// [Directory.Search] cannot work then.
	BindDN       string
	BindPassword string

	// Bases are where people are, GroupBases where groups are, if elsewhere.
	Bases      []string
	GroupBases []string
	// Domain and NetBIOS are what may stand beside a user name: user@Domain,
	// NETBIOS\user. Without them they are read off the first base's DC parts.
	Domain  string
	NetBIOS string

	Preset Preset
	Schema Schema

	// LoginGroup is who may sign in, in any depth; empty is everybody.
	LoginGroup string
	// AdminGroups and AuditorGroups make ADMIN and AUDITOR; all others are USER.
	AdminGroups   []string
	AuditorGroups []string

	// MaxBinds is how many people may be signing in at once: a shift that starts
	// should not flood a domain controller. 0 is 8. Four times as many wait.
	MaxBinds int
	// QueueTime is how long they wait. 0 is 2 s.
	QueueTime time.Duration
}

// Validate reports the first value that cannot work and says what to do.
func (c Config) Validate() error {
	c = c.filled()
	if err := c.validateServers(); err != nil {
		return err
	}
	switch {
	case len(c.Bases) == 0:
		return errors.New("directory: there is no base DN: name where people are, like DC=plant,DC=example")
	case schemas[c.Preset].Key == "":
		return fmt.Errorf("directory: there is no preset %q: take %q or %q", c.Preset, AD, OpenLDAP)
	case c.BindDN == "" && c.BindPassword != "":
		return errors.New("directory: there is a password of a service account, but no DN: set both, or none")
	case c.BindDN != "" && c.BindPassword == "":
		return errors.New("directory: the service account has no password: without one, the server may take it for nobody")
	case c.BindDN == "" && c.Preset != AD:
		return errors.New("directory: set the DN and the password of a service account: people can bind directly on Active Directory only")
	case c.BindDN == "" && c.Domain == "":
		return errors.New("directory: to bind people directly, name the domain that follows their @, or set a service account")
	case c.Schema.Groups != InChain && c.Schema.Groups != Walk:
		return fmt.Errorf("directory: there is no group rule %q: take %q or %q", c.Schema.Groups, InChain, Walk)
	case c.Timeout < 0 || c.Timeout > time.Minute:
		return fmt.Errorf("directory: a time limit of %s for one server: want up to 1m", c.Timeout)
	case c.MaxBinds < 1 || c.MaxBinds > 1000:
		return fmt.Errorf("directory: %d sign-ins at once: want 1 to 1000", c.MaxBinds)
	case c.QueueTime < 0 || c.QueueTime > time.Minute:
		return fmt.Errorf("directory: a wait of %s for a sign-in: want up to 1m", c.QueueTime)
	}
	return c.validateNames()
}

func (c Config) validateServers() error {
	if len(c.URLs) == 0 {
		return errors.New("directory: there is no server: name at least one URL, like ldaps://dc1.plant.example")
	}
	for i, raw := range c.URLs {
		u, err := url.Parse(raw) // neither err nor the URL is quoted: people write passwords into them
		switch {
		case err != nil:
			return fmt.Errorf("directory: URL %d cannot be read: write it like ldaps://dc1.plant.example", i+1)
		case u.Scheme != "ldaps" && u.Scheme != "ldap":
			return fmt.Errorf("directory: URL %d: a URL begins with ldaps:// or ldap://", i+1)
		case u.Hostname() == "":
			return fmt.Errorf("directory: URL %d: it names no server", i+1)
		case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
			return fmt.Errorf("directory: URL %d: a URL has a server and a port only", i+1)
		case u.Scheme == "ldap" && !c.StartTLS && !c.Plaintext:
			return fmt.Errorf("directory: URL %d: passwords would travel readable: write ldaps:// or set StartTLS", i+1)
		}
	}
	return nil
}

func (c Config) validateNames() error {
	for what, names := range map[string][]string{
		"base DN":         append(c.Bases, c.GroupBases...),
		"group":           c.groups(),
		"service account": c.accounts(),
	} {
		for _, dn := range names {
			if d, err := ldap.ParseDN(dn); err != nil || len(d.RDNs) == 0 {
				return fmt.Errorf("directory: the %s %q is no DN: write it in full, like CN=name,DC=plant,DC=example", what, dn)
			}
		}
	}
	for _, filter := range []string{c.Schema.UserFilter, c.Schema.GroupFilter} {
		if _, err := ldap.CompileFilter(filter); err != nil {
			return fmt.Errorf("directory: the filter %q: %w", filter, err)
		}
	}
	for _, a := range append([]string{c.Schema.Key, c.Schema.Username, c.Schema.Principal, c.Schema.Name, c.Schema.Mail}, c.Schema.Member...) {
		if !isAttribute(a) {
			return fmt.Errorf("directory: %q is no attribute's name: it has letters, digits and hyphens", a)
		}
	}
	return nil
}

func isAttribute(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != ""
}

// accounts is the service account where its name is a DN. Active Directory also
// takes user@domain and DOMAIN\user.
func (c Config) accounts() []string {
	if c.BindDN == "" || c.Preset == AD && strings.ContainsAny(c.BindDN, `@\`) {
		return nil
	}
	return []string{c.BindDN}
}

// groups returns every group that decides something.
func (c Config) groups() []string {
	var all []string
	if c.LoginGroup != "" {
		all = append(all, c.LoginGroup)
	}
	return append(append(all, c.AdminGroups...), c.AuditorGroups...)
}

// filled returns c with its defaults, in slices of its own.
func (c Config) filled() Config {
	or(&c.Timeout, 4*time.Second)
	or(&c.MaxBinds, 8)
	or(&c.QueueTime, 2*time.Second)
	preset := schemas[c.Preset]
	or(&c.Schema.Key, preset.Key)
	or(&c.Schema.Username, preset.Username)
	or(&c.Schema.Principal, preset.Principal)
	or(&c.Schema.Name, preset.Name)
	or(&c.Schema.Mail, preset.Mail)
	or(&c.Schema.UserFilter, preset.UserFilter)
	or(&c.Schema.GroupFilter, preset.GroupFilter)
	or(&c.Schema.Groups, preset.Groups)
	if len(c.Schema.Member) == 0 {
		c.Schema.Member = preset.Member
	}
	c.Bases = c.Bases[:len(c.Bases):len(c.Bases)]
	if len(c.GroupBases) == 0 {
		c.GroupBases = c.Bases
	}
	if c.Domain == "" && len(c.Bases) > 0 {
		c.Domain = domainOf(c.Bases[0])
	}
	if c.NetBIOS == "" {
		c.NetBIOS, _, _ = strings.Cut(c.Domain, ".")
	}
	return c
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// domainOf reads plant.example off OU=people,DC=plant,DC=example.
func domainOf(base string) string {
	dn, err := ldap.ParseDN(base)
	if err != nil {
		return ""
	}
	var labels []string
	for _, rdn := range dn.RDNs {
		if a := rdn.Attributes[0]; strings.EqualFold(a.Type, "DC") {
			labels = append(labels, a.Value)
		}
	}
	return strings.Join(labels, ".")
}
