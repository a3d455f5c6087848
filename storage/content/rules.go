package content

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"taskreporter/incident"
	"taskreporter/storage/content/logtext"
)

// rule is a row of the table below: how content of one kind begins, and what
// becomes of a file that begins so. A row matches by any of heads, words and test.
type rule struct {
	what    string            // for people, with its article
	kind    incident.FileKind // of the files that it is accepted in; "" for none
	mime    string            // the only type of that kind; "" for all of it
	heads   []string          // at offset 0
	words   []string          // lower case, at the start of what can be read
	test    func(head []byte, plain string) bool
	judge   func(t incident.FileType, size int64, head []byte) judge // of all bytes, where it is accepted
	instead string                                                   // what to do where it is not
}

// What to send instead.
const (
	sendRenamed  = "Send it under a name that ends as its content does."
	sendOther    = "Programs and scripts are not accepted. Send a picture, a PDF or a text log."
	sendUnpacked = "Unpack it and send the pictures, PDFs or text logs in it one by one."
	sendExported = "Save it as a PDF, or export it as text (txt, log or csv), and send that."
	sendAllowed  = "Send a JPEG, PNG or GIF picture, a PDF, or a text log, under its true name."
)

// rules are tried from the first to the last, which matches everything: a file is
// what the first says that matches, and is refused unless its name promises that.
var rules = []rule{
	// A comment or an assignment where a picture has its size: a browser that is
	// told to would run it.
	{what: "a script that begins like a picture", heads: []string{"\xff\xd8\xff\xe0/*"}, test: gifScript, instead: sendOther},

	// Pictures and documents. An animated PNG is a PNG: what does not know the
	// animation shows its first picture, whose size is the one that was checked, and
	// previews decode no other. Bytes behind a picture's end are let be: phones write
	// films there.
	{what: nameJPEG, kind: incident.Image, mime: "image/jpeg", heads: []string{"\xff\xd8\xff"}, judge: readBounds, instead: sendRenamed},
	{what: namePNG, kind: incident.Image, mime: "image/png", heads: []string{"\x89PNG\r\n\x1a\n"}, judge: readBounds, instead: sendRenamed},
	{what: nameGIF, kind: incident.Image, mime: "image/gif", heads: []string{"GIF87a", "GIF89a"}, judge: readBounds, instead: sendRenamed},
	{what: "a PDF", kind: incident.Document, mime: "application/pdf", heads: []string{"%PDF-1.", "%PDF-2."}, judge: letPass, instead: sendRenamed},
	{what: "a damaged PDF", heads: []string{"%PDF-"}, instead: sendExported},

	// Programs.
	{what: "a Windows program", test: windowsProgram, instead: sendOther},
	{what: "a Linux program", heads: []string{"\x7fELF"}, instead: sendOther},
	{
		what: "a program for macOS or Java", instead: sendOther,
		heads: []string{"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\xca\xfe\xd0\x0d"},
	},
	{what: "a WebAssembly, Android or Lua program", heads: []string{"\x00asm", "dex\n03", "\x1bLua"}, instead: sendOther},
	{what: "a Windows shortcut", heads: []string{"L\x00\x00\x00\x01\x14\x02\x00"}, instead: sendOther},

	// Archives, and documents that are made of them or hold macros.
	{what: "a zip archive or an Office document", heads: []string{"PK\x03\x04", "PK\x05\x06", "PK\x07\x08"}, instead: sendUnpacked + " " + sendExported},
	{
		what: "a compressed archive", instead: sendUnpacked,
		heads: []string{
			"\x1f\x8b", "\x1f\x9d", "BZh91AY&SY", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07",
			"MSCF\x00\x00\x00\x00", "!<arch>\n", "xar!\x00", "\xed\xab\xee\xdb",
		},
	},
	{what: "a tar archive", test: tarArchive, instead: sendUnpacked},
	{what: "an Office document or installer", heads: []string{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, instead: sendExported},
	{what: "a document", heads: []string{"%!PS", "\xc5\xd0\xd3\xc6", `{\rtf`, "ITSF\x03\x00"}, instead: sendExported},
	{what: "a database", heads: []string{"SQLite format 3\x00"}, instead: sendExported},

	// Text that does something where it is opened.
	{
		what: "a script", instead: sendOther,
		words: []string{"#!", "<?php", "<?=", "<%", "<jsp:", "#@~^", "@echo", "windows registry editor", "regedit4", "[internetshortcut]", "[desktop entry]"},
	},
	{
		what: "a web page", instead: sendExported,
		words: []string{
			"<!--", "<!doctype", "<html", "<head", "<body", "<script", "<svg", "<svg:", "<iframe", "<frameset", "<object", "<embed", "<applet",
			"<style", "<title", "<table", "<div", "<img", "<link", "<meta", "<base", "<form", "<font", "<h1", "<video", "<audio", "<math", "mime-version:",
		},
		test: activeXML,
	},

	// Everything else is text, or the judge finds that it is not.
	{what: "a text log", kind: incident.Log, test: func([]byte, string) bool { return true }, judge: readText, instead: sendAllowed},
}

// classify returns the row of a file's first bytes.
func classify(head []byte) rule {
	plain := readings(head)
	return rules[slices.IndexFunc(rules, func(r rule) bool {
		return slices.ContainsFunc(plain, func(p string) bool { return r.matches(head, p) })
	})]
}

func (r rule) matches(head []byte, plain string) bool {
	return slices.ContainsFunc(r.heads, func(h string) bool { return bytes.HasPrefix(head, []byte(h)) }) ||
		slices.ContainsFunc(r.words, func(w string) bool { return beginsWith(plain, w) }) ||
		r.test != nil && r.test(head, plain)
}

func (r rule) accepts(t incident.FileType) bool {
	return r.kind == t.Kind && (r.mime == "" || r.mime == t.Mime)
}

// refuse says what was promised, what came, and what to do.
func (r rule) refuse(t incident.FileType, head []byte) error {
	promised := rules[slices.IndexFunc(rules, func(r rule) bool { return r.accepts(t) })]
	what := r.what
	if r.kind == incident.Log {
		what = describe(head)
	}
	return incident.E(incident.FileRefused, "content", "The file's name promises %s, but its content is %s. %s", promised.what, what, r.instead)
}

// describe names, for people, content that no row knows.
func describe(head []byte) string {
	if mime := mimetype.Detect(head).String(); mime != "application/octet-stream" {
		return mime
	}
	return "of no known kind"
}

// beginsWith reports whether plain begins with a word; a tag's name must end where
// the word does, so that <header is no <head.
func beginsWith(plain, word string) bool {
	rest, ok := strings.CutPrefix(plain, word)
	if last := word[len(word)-1]; !ok || word[0] != '<' || last < '0' || last > 'z' || last == ':' || last == '=' {
		return ok
	}
	return rest == "" || strings.IndexByte(" \t\r\n\f/>", rest[0]) >= 0
}

// readings returns head as programs may read it, in lower case, without mark and
// leading white space: byte by byte, and as UTF-16 where it may be that.
func readings(head []byte) []string {
	all := []string{readable(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))}
	order := logtext.WideOrder(head)
	if order == nil {
		return all
	}
	narrow := make([]byte, 0, len(head)/2)
	for ; len(head) >= 2; head = head[2:] {
		switch u := order.Uint16(head); {
		case u < 0x80:
			narrow = append(narrow, byte(u))
		case u != 0xfeff:
			narrow = append(narrow, '?')
		}
	}
	return append(all, readable(narrow))
}

func readable(head []byte) string {
	return strings.ToLower(string(bytes.TrimLeft(head, " \t\r\n\f\v")))
}

// gifScript tells a script from a GIF, which has its width behind its magic: no
// camera or instrument draws one of 8,253 pixels and more.
func gifScript(head []byte, _ string) bool {
	if len(head) < 8 || string(head[:4]) != "GIF8" || head[5] != 'a' {
		return false
	}
	return head[6] == '/' && head[7] == '*' || head[6] == '=' && head[7] >= ' ' && head[7] <= '~'
}

// windowsProgram tells a DOS or Windows program from a log that starts with MZ-300:
// the program's size field leaves byte 3 at 0 or 1, or its header says where
// the Windows part begins.
func windowsProgram(head []byte, _ string) bool {
	if len(head) < 4 || head[0] != 'M' || head[1] != 'Z' {
		return false
	}
	if head[3] <= 1 {
		return true
	}
	if len(head) < 64 {
		return false
	}
	at := uint64(binary.LittleEndian.Uint32(head[60:]))
	return at < uint64(len(head)) && bytes.HasPrefix(head[at:], []byte("PE\x00\x00"))
}

func tarArchive(head []byte, _ string) bool {
	const at = 257
	return len(head) > at && bytes.HasPrefix(head[at:], []byte("ustar"))
}

// activeXML is XML that is drawn, run or grows where it is opened.
func activeXML(_ []byte, plain string) bool {
	return strings.HasPrefix(plain, "<?xml") && slices.ContainsFunc(
		[]string{"<svg", ":svg", "<html", ":html", "<script", ":script", "xml-stylesheet", "<!entity", "www.w3.org/1999/xhtml", "www.w3.org/2000/svg"},
		func(s string) bool { return strings.Contains(plain, s) })
}
