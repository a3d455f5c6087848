package contenttest

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

var (
	page = []byte("<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>\n")
	svg  = []byte("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"></svg>\n")
)

// Program is a Windows executable as linkers write it, with n bytes of code.
func Program(n int) []byte {
	b := make([]byte, 256+n)
	copy(b, "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8")
	b[60] = 128
	copy(b[128:], "PE\x00\x00\x64\x86")
	for i := range n {
		b[256+i] = byte(i * 7)
	}
	return b
}

// sneakyProgram has a size field that no linker writes but Windows accepts.
func sneakyProgram() []byte {
	b := bytes.Repeat([]byte("MZ-300 pump line "), 20)
	copy(b[60:], []byte{128, 0, 0, 0})
	copy(b[128:], "PE\x00\x00\x64\x86")
	return b
}

func elf() []byte { return Join([]byte("\x7fELF\x02\x01\x01"), make([]byte, 500)) }

// headed is text behind the first bytes of something else.
func headed(magic string) []byte { return []byte(magic + LogText) }

func gzipped() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, LogText)
	must(err)
	must(z.Close())
	return b.Bytes()
}

// docx is the beginning of what Word and every other zip writes.
func docx() []byte {
	return Join([]byte("PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00"), make([]byte, 12), []byte("\x13\x00\x00\x00[Content_Types].xml"), make([]byte, 400))
}

// tarball holds one log.
func tarball() []byte {
	b := make([]byte, 512)
	copy(b, "line3.log")
	copy(b[100:], "0000644\x000001750\x000001750\x0000000031000\x0014412345670\x00012345\x00 0")
	copy(b[257:], "ustar\x0000")
	return append(b, LogText...)
}

func empties() []file {
	return []file{
		{"empty picture", "empty.jpg", nil},
		{"empty document", "empty.pdf", nil},
		{"empty log", "empty.log", nil},
		{"empty table", "empty.csv", nil},
	}
}

func giants() []file {
	return []file{{"log of 5 MiB and a byte", "giant.log", bytes.Repeat([]byte("x"), 5<<20+1)}}
}

// wrongNames are refused for their names, whatever is in them.
func wrongNames() []file {
	return []file{
		{"program under its own name", "setup.exe", Program(500)},
		{"picture that ends as a program", "photo.jpg.exe", JPEG(corners())},
		{"script under its own name", "fix.ps1", []byte("Remove-Item x\n")},
		{"drawing under its own name", "logo.svg", svg},
		{"page under its own name", "report.html", page},
		{"Office document under its own name", "report.docx", docx()},
		{"log without an extension", "messages", []byte(LogText)},
		{"log whose extension is behind a dot", "log.", []byte(LogText)},
		{"picture of a kind that is not on the list", "a.webp", []byte("RIFF\x24\x00\x00\x00WEBPVP8 ")},
	}
}

func programs() []file {
	return []file{
		{"Windows program as a picture", "p.jpg", Program(5000)},
		{"Windows program as a PNG", "p.png", Program(5000)},
		{"Windows program as a PDF", "p.pdf", Program(5000)},
		{"Windows program as a log", "p.log", Program(5000)},
		{"short Windows program as a log", "p.txt", Program(0)[:64]},
		{"Windows program that begins like a machine's log", "MZ-300 sneaky.log", sneakyProgram()},
		{"Linux program as a log", "elf.log", elf()},
		{"Linux program as a picture", "elf.gif", elf()},
		{"Linux program of nothing but text behind its head", "elf-text.log", headed("\x7fELF")},
		{"macOS program as a log", "macho.log", Join([]byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"), make([]byte, 200))},
		{"macOS program for two processors as a PDF", "fat.pdf", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x02")},
		{"Java class as a log", "Main.log", headed("\xca\xfe\xba\xbe\x00\x00\x00\x41")},
		{"WebAssembly as a log", "module.log", headed("\x00asm\x01\x00\x00\x00")},
		{"Android program as a log", "classes.log", headed("dex\n035\x00")},
		{"Lua program as a log", "lua.log", headed("\x1bLua\x54\x00")},
		{"Windows shortcut as a log", "link.txt", []byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00")},
	}
}

func archives() []file {
	return []file{
		{"Office document as a log", "docx.log", docx()},
		{"Office document as a PDF", "docx.pdf", docx()},
		{"old Office document as a log", "xls.csv", Join([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 500))},
		{"empty zip as a log", "zip.log", Join([]byte("PK\x05\x06"), make([]byte, 18))},
		{"gzip as a log", "gz.log", gzipped()},
		{"gzip as a picture", "gz.png", gzipped()},
		{"7-Zip archive as a log", "7z.log", headed("7z\xbc\xaf\x27\x1c\x00\x04")},
		{"RAR archive as a log", "rar.log", headed("Rar!\x1a\x07\x01\x00")},
		{"xz archive as a log", "xz.log", headed("\xfd7zXZ\x00\x00\x04")},
		{"Zstandard archive as a log", "zst.log", headed("\x28\xb5\x2f\xfd")},
		{"bzip2 archive as a log", "bz2.log", headed("BZh91AY&SY")},
		{"cabinet as a log", "cab.log", headed("MSCF\x00\x00\x00\x00")},
		{"tar of logs as a log", "tar.log", tarball()},
		{"Debian package as a log", "deb.log", headed("!<arch>\ndebian-binary")},
		{"RTF as a log", "rtf.txt", []byte(`{\rtf1\ansi hello}`)},
		{"PostScript as a log", "ps.txt", []byte("%!PS-Adobe-3.0\nshowpage\n")},
		{"database as a log", "sqlite.log", headed("SQLite format 3\x00")},
	}
}

// activeTexts do something where they are opened as what they are.
func activeTexts() []file {
	return []file{
		{"shell script as a log", "sh.log", []byte("#!/bin/sh\nrm -rf /\n")},
		{"shell script after a mark", "sh-mark.txt", []byte("\ufeff#!/bin/sh\n")},
		{"shell script in UTF-16", "sh16.txt", UTF16(unicode.LittleEndian, unicode.UseBOM, "#!/bin/sh\n")},
		{"batch file as a log", "bat.txt", []byte("@ECHO OFF\r\nformat c:\r\n")},
		{"encoded script as a log", "jse.txt", []byte("#@~^EAAAAA==")},
		{"registry file as a log", "reg.txt", UTF16(unicode.LittleEndian, unicode.UseBOM, "Windows Registry Editor Version 5.00\r\n")},
		{"PHP as a log", "php.log", []byte("<?php system($_GET['c']);")},
		{"short PHP as a table", "php.csv", []byte("<?=`$_GET[0]`?>")},
		{"ASP as a log", "asp.log", []byte("<%eval request(\"c\")%>")},
		{"HTML as text", "html.txt", page},
		{"HTML after white space", "html-space.txt", Join([]byte("\r\n \t\f"), page)},
		{"HTML after a mark", "html.csv", Join([]byte("\ufeff  "), page)},
		{"HTML in UTF-16", "html16.txt", UTF16(unicode.LittleEndian, unicode.UseBOM, string(page))},
		{"HTML in UTF-16 without a mark", "html16be.txt", UTF16(unicode.BigEndian, unicode.IgnoreBOM, string(page))},
		{"HTML in UTF-16, the other order, without a mark", "html16le.txt", UTF16(unicode.LittleEndian, unicode.IgnoreBOM, string(page))},
		{"HTML without a head", "html-script.txt", []byte("<SCRIPT>alert(1)</SCRIPT>")},
		{"HTML behind a comment", "html-comment.txt", []byte("<!-- x --><img src=x onerror=alert(1)>")},
		{"HTML as a picture", "html.gif", page},
		{"HTML as a PDF", "html.pdf", page},
		{"HTML with NULs, as if it were UTF-16", "html-nul.txt", Join(page, bytes.Repeat([]byte("x\x00"), 100))},
		{"mail of HTML as a log", "mht.txt", []byte("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<html>")},
		{"SVG as text", "svg.txt", svg},
		{"SVG as a PNG", "svg.png", svg},
		{"SVG behind an XML head", "svg.log", Join([]byte("<?xml version=\"1.0\"?>\n<!-- x -->\n"), svg)},
		{"SVG under a prefix", "svg-prefix.log", []byte(`<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>x()</s:script></s:svg>`)},
		{"XML with a script", "xml-script.log", []byte(`<?xml version="1.0"?><a><script xmlns="http://www.w3.org/1999/xhtml">x()</script></a>`)},
		{"XML that is turned into a page", "xslt.log", []byte(`<?xml version="1.0"?><?xml-stylesheet href="x.xsl" type="text/xsl"?><a/>`)},
		{"XML that grows without end", "laughs.log", []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`)},
	}
}

// polyglots are two things at once, or one under the name of another.
func polyglots() []file {
	m := corners()
	jpg, png := JPEG(m), PNG(m)
	return []file{
		{"GIF that is whole, and a script too", "whole.gif", append(GIF(Corners(0x2a2f, 1)), "*/=1;alert(1)//"...)},
		{"GIF that is whole, and assigns", "whole-assign.gif", append(GIF(Corners(0x313d, 1)), ";alert(1)//"...)},
		{"script in the size of a GIF", "script.gif", []byte("GIF89a/*\x00\x00\x00\x00\x00;*/=1;alert(1)//")},
		{"script that assigns to GIF89a", "assign.gif", []byte("GIF89a=1;alert(1)//")},
		{"script in the first segment of a JPEG", "comment.jpg", Join([]byte("\xff\xd8\xff\xe0/*"), make([]byte, 0x2f2a-2), []byte("*/=1;alert(1)/*"), jpg[2:])},
		{"script that begins like a GIF, as a log", "gif.log", []byte("GIF89a/*\n*/=1;alert(1)\n")},
		{"PNG as a log", "png.log", png},
		{"JPEG as a table", "jpg.csv", jpg},
		{"PNG as a JPEG", "png.jpg", png},
		{"JPEG as a PNG", "jpg.png", jpg},
		{"JPEG as a GIF", "jpg.gif", jpg},
		{"PDF as a log", "pdf.log", PDF},
		{"PDF as a JPEG", "pdf.jpg", PDF},
		{"text as a PDF", "text.pdf", []byte(LogText)},
		{"text as a JPEG", "text.jpg", []byte(LogText)},
		{"PDF behind a GIF's head", "gif.pdf", Join([]byte("GIF89a\n"), PDF)},
		{"PDF behind a line end", "line.pdf", Join([]byte("\n"), PDF)},
		{"PDF behind a mark", "mark.pdf", Join([]byte("\ufeff"), PDF)},
		{"PDF behind a zip", "zip.pdf", Join(docx(), PDF)},
		{"PDF of no version", "version.pdf", []byte("%PDF-<script>alert(1)</script>")},
		{"JPEG behind another byte", "nul.jpg", Join([]byte{0}, jpg)},
		{"PNG behind a script", "sh.png", Join([]byte("#!/bin/sh\n"), png)},
	}
}

// noText is refused for its bytes, not for its head.
func noText() []file {
	return []file{
		{"noise as a log", "noise.log", Noise(100_000)},
		{"short noise as a log", "noise.txt", Noise(200)},
		{"noise as a table", "noise.csv", Noise(3000)},
		{"noise as a PDF", "noise.pdf", Noise(3000)},
		{"noise behind a UTF-16 mark", "noise16.log", Join([]byte("\xff\xfe"), Noise(20_000))},
		{"noise behind UTF-16 text", "noise16-text.log", Join(UTF16(unicode.LittleEndian, unicode.UseBOM, LogText)[:5000], Noise(20_000))},
		{"noise spread among NULs", "sparse.log", Join(make([]byte, 50_000), Noise(2_000))},
		{"noise behind text", "tail.log", Join([]byte(LogText), Noise(50_000))},
		{"controls all over", "controls.log", []byte(strings.Repeat("abcdefgh\x05\x06\x07", 100))},
		{"nothing but NULs", "nuls.log", make([]byte, 10_000)},
		{"one NUL", "nul.txt", make([]byte, 1)},
		{"film as a log", "film.log", Join([]byte("\x00\x00\x00\x18ftypmp42"), Noise(5000))},
	}
}
