package incident

// TextEncoding names how the characters of a log are written as bytes.
type TextEncoding string

// The encodings in which a log can be read.
const (
	UTF8     TextEncoding = "utf-8"
	Big5     TextEncoding = "big5"
	GB18030  TextEncoding = "gb18030" // GBK and GB2312 are parts of it
	UTF16LE  TextEncoding = "utf-16le"
	UTF16BE  TextEncoding = "utf-16be"
	ShiftJIS TextEncoding = "shift_jis"
	Latin1   TextEncoding = "iso-8859-1"
)

// TextEncodings are all of them, as a menu offers them.
var TextEncodings = []TextEncoding{UTF8, Big5, GB18030, UTF16LE, UTF16BE, ShiftJIS, Latin1}

// Bounds of a page of a log.
const (
	DefaultTextLines = 500
	MaxTextLines     = 2000
	MaxTextBytes     = 256 << 10 // of the original
)

// TextQuery asks for a page of a log. Offsets are bytes of the original.
type TextQuery struct {
	Offset   int64        // the page begins with the line that this byte is in
	Backward bool         // or it ends with the last line that ends at Offset or before
	Lines    int          // at most
	Encoding TextEncoding // "" for the guessed one
}

// TextPage is a part of a log: whole lines, and at most MaxTextBytes of it.
type TextPage struct {
	Encoding TextEncoding // in which it was read
	Guessed  TextEncoding // the same for every page of a file
	Size     int64        // of the file, bytes
	Offset   int64        // where the page begins
	End      int64        // where the next one does; Size on the last
	Lines    []TextLine
}

// TextLine is a line of a log without its end. Nothing in Text acts on whoever
// shows it: control characters are replaced by pictures of them, and what is no
// text by U+FFFD.
type TextLine struct {
	Offset int64
	Text   string
	Cut    bool // it is too long for one, and goes on in the next
}
