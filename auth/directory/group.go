package directory

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

const (
	maxDepth  = 32   // groups in groups in groups
	maxGroups = 2000 // of one person, when they are walked
	walkBatch = 100  // memberships per question
)

// membership fills in what a person's groups decide.
func (d *Directory) membership(c *conn, found *ldap.Entry, e *Entry) error {
	in, err := d.memberships(c, found)
	if err != nil {
		return err
	}
	isIn := func(group string) bool { return in[dnKey(group)] }
	e.MayLogin = d.config.LoginGroup == "" || isIn(d.config.LoginGroup)
	switch {
	case slices.ContainsFunc(d.config.AdminGroups, isIn):
		e.Role = incident.SystemAdmin
	case slices.ContainsFunc(d.config.AuditorGroups, isIn):
		e.Role = incident.SystemAuditor
	default:
		e.Role = incident.SystemUser
	}
	return nil
}

// memberships returns the groups that somebody is in, by dnKey; of those that matter
// none is missing.
func (d *Directory) memberships(c *conn, found *ldap.Entry) (map[string]bool, error) {
	switch {
	case len(d.groups) == 0:
		return map[string]bool{}, nil
	case d.config.Schema.Groups == InChain:
		return d.chained(c, found.DN)
	default:
		return d.walked(c, found)
	}
}

// chained asks for each group that matters whether the person is in it: one entry
// is looked at, while a search for all of a person's groups looks at all groups.
func (d *Directory) chained(c *conn, person string) (map[string]bool, error) {
	in := map[string]bool{}
	for _, g := range d.config.groups() {
		if key := dnKey(g); !in[key] {
			e, err := c.read(person, inChain(g), noAttributes)
			if err != nil {
				return nil, err
			}
			in[key] = e != nil
		}
	}
	return in, nil
}

// noAttributes asks for an entry's DN alone (RFC 4511, 4.5.1.8).
const noAttributes = "1.1"

// walked follows the groups upwards from the person. Each group is asked about
// once, so a cycle ends; it stops when it has seen all groups that matter.
func (d *Directory) walked(c *conn, found *ldap.Entry) (map[string]bool, error) {
	in := map[string]bool{}
	missing := len(d.groups)
	level := d.config.Schema.holds(found.DN, found.GetEqualFoldAttributeValue(d.config.Schema.Username))
	for depth := 0; len(level) > 0 && missing > 0; depth++ {
		if depth == maxDepth || len(in) > maxGroups {
			d.log.Warn("groups are nested too deep, or somebody is in too many: the rest does not count", "depth", depth, "groups", len(in))
			break
		}
		var next []filter
		for batch := range slices.Chunk(level, walkBatch) {
			groups, cut, err := inBases(c, d.config.GroupBases, allOf(filter(d.config.Schema.GroupFilter), anyOf(batch...)), 0, []string{noAttributes})
			if err != nil {
				return nil, err
			}
			if cut {
				d.log.Warn("the directory cut a list of groups: raise its size limit for the service account")
			}
			for _, g := range groups {
				key := dnKey(g.DN)
				if in[key] {
					continue
				}
				in[key] = true
				if d.groups[key] {
					missing--
				}
				next = append(next, d.config.Schema.holds(g.DN, "")...)
			}
		}
		level = next
	}
	return in, nil
}

// holds matches the groups that have a member: a person with a user name, or a
// group without one.
func (s *Schema) holds(dn, username string) []filter {
	var f []filter
	for _, attribute := range s.Member {
		switch {
		case !strings.EqualFold(attribute, memberUID):
			f = append(f, equals(attribute, dn))
		case username != "":
			f = append(f, equals(attribute, username))
		}
	}
	return f
}
