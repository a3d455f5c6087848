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

// A cursor is opaque to clients: the place of the last file that they saw.
func writeCursor(c incident.FileCursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.At.UnixMicro(), 10) + " " + string(c.ID)))
}

func readCursor(p *string) (*incident.FileCursor, error) {
	if p == nil {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*p)
	at, id, _ := strings.Cut(string(text), " ")
	micros, err2 := strconv.ParseInt(at, 10, 64)
	if err != nil || err2 != nil || !incident.ValidUUID(id) {
		return nil, incident.E(incident.Invalid, readParameter, "cursor must be the next_cursor of a page.")
	}
	return &incident.FileCursor{At: time.UnixMicro(micros).UTC(), ID: incident.FileID(id)}, nil
}
