package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// testcase is one test of a JUnit report, as vitest and Playwright write them.
type testcase struct {
	Class      string     `xml:"classname,attr"`
	Name       string     `xml:"name,attr"`
	Failures   []verdict  `xml:"failure"`
	Errors     []verdict  `xml:"error"`
	Skipped    *verdict   `xml:"skipped"`
	Properties []property `xml:"properties>property"`
}

type verdict struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// property is where Playwright puts the reason of test.skip and test.fixme.
type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// readJUnit counts the testcases of a report, however deep its suites are nested.
func readJUnit(r io.Reader) (suite, error) {
	var s suite
	dec := xml.NewDecoder(r)
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "testcase" {
			continue
		}
		var c testcase
		if err := dec.DecodeElement(&c, &start); err != nil {
			return s, err
		}
		s.count(c)
	}
}

func (s *suite) count(c testcase) {
	name := c.Class + " › " + c.Name
	switch bad := slices.Concat(c.Failures, c.Errors); {
	case len(bad) > 0:
		var text []string
		for _, v := range bad {
			text = append(text, v.words())
		}
		s.fail(name, strings.Join(text, "\n"))
	case c.Skipped != nil:
		text := c.Skipped.words()
		for _, p := range c.Properties {
			if p.Name == "skip" || p.Name == "fixme" {
				text += " " + p.Value
			}
		}
		s.skip(name, text)
	default:
		s.passed++
	}
}

// words joins message and text, of which runners often repeat one in the other.
func (v verdict) words() string {
	text := strings.TrimSpace(v.Text)
	if strings.Contains(text, v.Message) {
		return text
	}
	return strings.TrimSpace(v.Message + "\n" + text)
}
