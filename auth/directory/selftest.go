package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Report is what a directory's self-test found. Problems say what to do.
type Report struct {
	Servers  []ServerReport // in the order of the configuration
	People   bool           // there is at least one person where they should be
	Groups   GroupState
	Problems []string
}

// ServerReport is one URL's part of it.
type ServerReport struct {
	URL        string
	Encryption string // LDAPS, StartTLS or none
	Err        error  // nil when it answers and takes the service account
}

// GroupState is whether groups can be followed.
type GroupState string

// The states of groups.
const (
	GroupsResolve GroupState = "resolve"
	GroupsVanish  GroupState = "vanish" // a member is not found to be one
	GroupsUntried GroupState = "untried"
)

// SelfTest tries every server, and on the first that answers whether people are
// found and groups are followed. It is Unavailable when none answers; the report
// is filled all the same.
func (d *Directory) SelfTest(ctx context.Context) (Report, error) {
	const op = "directory.SelfTest"
	r := Report{Groups: GroupsUntried}
	var faults []error
	tried := false
	for _, s := range d.servers {
		err := d.selfTest(ctx, op, s, &r, !tried)
		tried = tried || err == nil
		r.Servers = append(r.Servers, ServerReport{URL: s.url, Encryption: s.encryption(), Err: err})
		if s.tls == nil {
			r.problem("%s: passwords travel readable; use ldaps:// or StartTLS", s.url)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.url, err))
			r.problem("%s does not answer: %v", s.url, err)
		}
	}
	if d.direct() {
		r.problem("there is no service account: nobody can be searched, and who is disabled in the directory is not cut off")
	}
	if !tried {
		return r, unavailable(op, errors.Join(faults...))
	}
	return r, nil
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

func (d *Directory) selfTest(ctx context.Context, op string, s *server, r *Report, look bool) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	if d.direct() {
		return s.once(ctx, func(c *conn) error {
			_, err := c.read("", present("objectClass"), "vendorName")
			return err
		})
	}
	return d.asService(ctx, op, s, func(c *conn) error {
		if !look {
			_, err := c.read(d.config.Bases[0], present("objectClass"), noAttributes)
			return err
		}
		if err := d.testPeople(c, r); err != nil {
			return err
		}
		return d.testGroups(c, r)
	})
}

func (d *Directory) testPeople(c *conn, r *Report) error {
	s := &d.config.Schema
	found, _, err := inBases(c, d.config.Bases, filter(s.UserFilter), 1, s.attributes())
	if err != nil {
		return err
	}
	if len(found) == 0 {
		r.problem("no person is found under %s with the filter %s: check the base, the filter, and what the service account may read",
			strings.Join(d.config.Bases, " and "), s.UserFilter)
		return nil
	}
	r.People = true
	if _, err := s.entry(found[0]); err != nil {
		r.problem("people are found, but cannot be used: %v", err)
	}
	return nil
}

// testGroups takes a member of a group that matters and looks whether the same
// rule that decides about logins finds them to be one.
func (d *Directory) testGroups(c *conn, r *Report) error {
	s := &d.config.Schema
	for _, g := range d.config.groups() {
		group, err := c.read(g, present("objectClass"), s.Member...)
		if err != nil {
			return err
		}
		if group == nil {
			r.problem("the group %s does not exist, or the service account may not read it", g)
			continue
		}
		if r.Groups != GroupsUntried {
			continue
		}
		member, err := d.aMember(c, group)
		if err != nil {
			return err
		}
		if member == nil {
			continue
		}
		in, err := d.memberships(c, member)
		if err != nil {
			return err
		}
		if in[dnKey(g)] {
			r.Groups = GroupsResolve
			continue
		}
		r.Groups = GroupsVanish
		r.problem("%s is in %s, but the group rule %q does not find it: groups would vanish in silence. %s",
			member.DN, g, s.Groups, remedies[s.Groups])
	}
	if len(d.groups) > 0 && r.Groups == GroupsUntried {
		r.problem("none of the groups has a member that can be read, so nested groups could not be tried")
	}
	return nil
}

var remedies = map[GroupRule]string{
	InChain: "Only Active Directory knows this rule, and OpenLDAP answers it with success and nothing: take the rule \"walk\".",
	Walk:    "Check the bases of groups, the filter and the members' attributes.",
}

// aMember returns somebody whom a group names by their DN.
func (d *Directory) aMember(c *conn, group *ldap.Entry) (*ldap.Entry, error) {
	for _, a := range group.Attributes {
		// Active Directory calls the first of many "member;range=0-1499".
		attribute, _, _ := strings.Cut(a.Name, ";")
		if strings.EqualFold(attribute, memberUID) {
			continue
		}
		for _, dn := range a.Values {
			member, err := c.read(dn, present("objectClass"), d.config.Schema.Username)
			if member != nil || err != nil {
				return member, err
			}
		}
	}
	return nil, nil //nolint:nilnil // a group without members is no fault
}
