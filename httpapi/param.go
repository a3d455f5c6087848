package httpapi

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"taskreporter/incident"
)

// The generated code reads parameters and checks their types; what the contract
// says of their values is checked here.

const readParameter = "read parameter"

func checkID(name, id string) error {
	if !incident.ValidUUID(id) {
		return incident.E(incident.Invalid, readParameter, "%s must be a UUID in lower case.", name)
	}
	return nil
}

// within is the value of an optional number, or an error that names its bounds.
func within[N int | int64](name string, p *N, fallback, low, high N) (N, error) {
	if p == nil {
		return fallback, nil
	}
	if *p < low || *p > high {
		return 0, incident.E(incident.Invalid, readParameter, "%s must be between %d and %d.", name, low, high)
	}
	return *p, nil
}

// words is the value of an optional text to search for.
func words(name string, p *string, maxChars int) (string, error) {
	text := strings.TrimSpace(given(p))
	if utf8.RuneCountInString(text) > maxChars {
		return "", incident.E(incident.Invalid, readParameter, "%s may have at most %d characters.", name, maxChars)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", incident.E(incident.Invalid, readParameter, "%s contains what is no text.", name)
	}
	return text, nil
}

// choices is the value of an optional list whose elements are of an enum.
func choices[A interface {
	~string
	Valid() bool
}, B ~string](name string, p *[]A) ([]B, error) {
	var out []B
	for _, v := range given(p) {
		if !v.Valid() {
			return nil, incident.E(incident.Invalid, readParameter, "%s has no value %q.", name, string(v))
		}
		out = append(out, B(v))
	}
	return out, nil
}

// A cursor is opaque to clients: the place of the last thing that they saw in the
// order newest first.
func writeCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMicro(), 10) + " " + id))
}

func readCursor(cursor string) (at time.Time, id string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	micros, id, _ := strings.Cut(string(text), " ")
	n, err2 := strconv.ParseInt(micros, 10, 64)
	if err != nil || err2 != nil || !incident.ValidUUID(id) {
		return at, "", incident.E(incident.Invalid, readParameter, "cursor must be the next_cursor of a page.")
	}
	return time.UnixMicro(n).UTC(), id, nil
}

// span is an optional range of time, from since on and before until.
func span(since, until *time.Time) (from, to time.Time, err error) {
	if since != nil {
		from = incident.Now(*since)
	}
	if until != nil {
		to = incident.Now(*until)
	}
	if since != nil && until != nil && !from.Before(to) {
		return from, to, incident.E(incident.Invalid, readParameter, "since must be before until.")
	}
	return from, to, nil
}
