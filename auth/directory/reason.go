package directory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

// Reason is why a login was refused. It is in the chain of a BadCredentials error,
// for the audit and the log; a client sees one text for all of them (F-AU-07).
type Reason string

// The reasons. After those below WrongPassword the password was right, as far as
// the directory tells.
const (
	EmptyPassword    Reason = "the password is empty"
	UnknownUser      Reason = "nobody has this user name"
	Ambiguous        Reason = "several people have this user name"
	WrongPassword    Reason = "wrong password"
	Locked           Reason = "the account is locked"
	AccountDisabled  Reason = "the account is disabled"
	AccountExpired   Reason = "the account has expired"
	PasswordExpired  Reason = "the password has expired"
	MustChange       Reason = "the password must be changed first"
	OutsideHours     Reason = "the account may not sign in at this time"
	WrongWorkstation Reason = "the account may not sign in from here"
	Restricted       Reason = "the account is restricted"
	NotInLoginGroup  Reason = "not in the login group"
	Declined         Reason = "the directory declined"
)

func (r Reason) Error() string { return string(r) }

// ReasonOf returns the reason in an error's chain, or "".
func ReasonOf(err error) Reason {
	var r Reason
	errors.As(err, &r)
	return r
}

func refused(op string, why Reason, cause error) error {
	err := error(why)
	if cause != nil {
		err = fmt.Errorf("%w: %w", why, cause)
	}
	return incident.Wrap(incident.BadCredentials, op, err, "User name or password is wrong.")
}

func unavailable(op string, cause error) error {
	return incident.Wrap(incident.Unavailable, op, cause,
		"The company directory cannot be reached, so nobody new can sign in. Try again in a minute.")
}

// retryAfter is in the chain of a Busy error.
type retryAfter time.Duration

func (r retryAfter) Error() string             { return "retry after " + time.Duration(r).String() }
func (r retryAfter) RetryAfter() time.Duration { return time.Duration(r) }

func busy(op string) error {
	return incident.Wrap(incident.Busy, op, retryAfter(queueRetry),
		"Many people are signing in right now. Try again in a few seconds.")
}

// judge turns the answer to a user's bind into nil, a refusal, or the fault that
// kept the directory from answering.
func judge(op string, result *ldap.SimpleBindResult, err error) error {
	policy := policyReason(result)
	switch {
	case err == nil && policy == "":
		return nil
	case err == nil:
		return refused(op, policy, nil)
	case !ldap.IsErrorAnyOf(err, refusals...):
		return err
	case policy != "":
		return refused(op, policy, err)
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials):
		return refused(op, subCode(err), err)
	default:
		return refused(op, Declined, err)
	}
}

// refusals are the answers that speak of the account. Any other means that the
// server could not do its work.
var refusals = []uint16{
	ldap.LDAPResultInvalidCredentials,
	ldap.LDAPResultInappropriateAuthentication, // the entry has no password
	ldap.LDAPResultInsufficientAccessRights,
	ldap.LDAPResultNoSuchObject,
	ldap.LDAPResultInvalidDNSyntax,
	ldap.LDAPResultConstraintViolation, // 389: too many tries
	ldap.LDAPResultUnwillingToPerform,  // 389: inactivated
}

// policyReason reads the password policy control (draft-behera-ldap-password-policy):
// an account that must change its password binds successfully but for it.
func policyReason(result *ldap.SimpleBindResult) Reason {
	if result == nil {
		return ""
	}
	control, ok := ldap.FindControl(result.Controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy)
	if !ok {
		return ""
	}
	switch control.Error {
	case ldap.BeheraPasswordExpired:
		return PasswordExpired
	case ldap.BeheraAccountLocked:
		return Locked
	case ldap.BeheraChangeAfterReset:
		return MustChange
	default:
		return ""
	}
}

// subCodes are what Active Directory hides in the text of "invalid credentials".
var subCodes = map[string]Reason{
	"525": UnknownUser,
	"52e": WrongPassword,
	"52f": Restricted,
	"530": OutsideHours,
	"531": WrongWorkstation,
	"532": PasswordExpired,
	"533": AccountDisabled,
	"701": AccountExpired,
	"773": MustChange,
	"775": Locked,
}

// Like "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 52e, v3839".
var subCodePattern = regexp.MustCompile(`(?i)\bLdapErr:.*, data ([0-9a-f]+)\b`)

func subCode(err error) Reason {
	if m := subCodePattern.FindStringSubmatch(err.Error()); m != nil {
		if r, ok := subCodes[strings.ToLower(m[1])]; ok {
			return r
		}
		return Declined
	}
	return WrongPassword
}
