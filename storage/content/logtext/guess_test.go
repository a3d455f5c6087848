package logtext_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"taskreporter/incident"
)

// The encoding of what machines of a plant write is guessed, however little of it
// is not plain ASCII.
func TestEncodingsAreGuessed(t *testing.T) {
	t.Parallel()
	const traditional, simplified = "2026-03-02 08:15:02 主軸過熱 停機\r\n", "2026-03-02 08:15:02 主轴过热 停机\r\n"
	big5, gb := traditionalchinese.Big5, simplifiedchinese.GB18030
	for _, c := range []struct {
		want incident.TextEncoding
		with encoding.Encoding
		text string
	}{
		{incident.UTF8, encoding.Nop, "08:15:02 TEMP 215.3\n"},
		{incident.UTF8, encoding.Nop, traditional},
		{incident.UTF8, encoding.Nop, "\ufeff時間,溫度\r\n"},
		{incident.UTF8, encoding.Nop, "215.3 °C µm\n"},
		{incident.UTF8, encoding.Nop, strings.Repeat(traditional, 3) + "\xe4\xb8"}, // cut off
		{incident.UTF8, encoding.Nop, strings.Repeat(traditional, 20) + "\xff\n"},  // one slip
		{incident.UTF16LE, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), traditional},
		{incident.UTF16BE, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), traditional},
		{incident.UTF16LE, utf16LE, traditional},
		{incident.UTF16BE, utf16BE, traditional},
		{incident.Big5, big5, "主軸過熱\r\n"},
		{incident.Big5, big5, traditional},
		{incident.Big5, big5, "ALM 3 停機\r\n"},
		{incident.Big5, big5, "EX1005 X軸過載\r\nZ軸 ALARM\r\n"},
		{incident.Big5, big5, "第3站 第4站 上料完成\r\n"},
		{incident.Big5, big5, "門: 開\r\n門: 關\r\n"},
		{incident.Big5, big5, "【警告】冷卻水流量不足,請檢查。\r\n"},
		{incident.Big5, big5, strings.Repeat("OK 215.3\r\n", 9000) + traditional}, // far behind the head
		{incident.GB18030, gb, "主轴过热\r\n"},
		{incident.GB18030, gb, simplified},
		{incident.GB18030, gb, "3号线 X轴过载 报警\r\n"},
		{incident.GB18030, gb, "【警告】冷却水流量不足,请检查。\r\n"},
		{incident.GB18030, gb, strings.Repeat(traditional, 3)}, // traditional Chinese in GBK
		{incident.GB18030, gb, simplified + "ſ 𠮷\r\n"},         // four bytes
		{incident.ShiftJIS, japanese.ShiftJIS, "08:15:02 ライン3 温度異常 ｾﾝｻ 停止しました\r\n"},
		{incident.ShiftJIS, japanese.ShiftJIS, "主軸オーバーヒート\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "Temperatur 215,3 °C überhitzt\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "215.3 °C\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "Dicke 5 µm ±0,5 µm\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "Größe geändert, Lüfter für Presse läuft\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "température élevée, arrêt immédiat\r\n"},
		{incident.Latin1, charmap.ISO8859_1, "ÄNDERUNG DER GRÖSSE\r\n"},
	} {
		b := encoded(c.with, c.text)
		p := page(t, b, incident.TextQuery{})
		if p.Guessed != c.want || p.Encoding != c.want {
			t.Errorf("%.60q in %s: guessed %s, read as %s", c.text, c.want, p.Guessed, p.Encoding)
		}
		// Padding and framing do not matter.
		padded := bytes.ReplaceAll(b, encoded(c.with, "\r\n"), append(append([]byte{2}, bytes.Repeat([]byte{0}, 32)...), 3, '\r', '\n'))
		if c.want == incident.UTF16LE || c.want == incident.UTF16BE {
			continue
		}
		if p := page(t, padded, incident.TextQuery{}); p.Guessed != c.want {
			t.Errorf("%.60q in %s, padded: guessed %s", c.text, c.want, p.Guessed)
		}
	}
}

// The reader's choice is taken, and the guess still told; it is one for all pages.
func TestTheGuessIsOneForAllPages(t *testing.T) {
	t.Parallel()
	log := encoded(traditionalchinese.Big5, strings.Repeat("OK 215.3\r\n", 30_000)+strings.Repeat("主軸過熱 停機\r\n", 10_000)+strings.Repeat("OK 215.3\r\n", 30_000))
	for at := 0; at < len(log); at += 50_000 {
		p := page(t, log, incident.TextQuery{Offset: int64(at), Lines: 1})
		if p.Guessed != incident.Big5 || p.Encoding != incident.Big5 {
			t.Errorf("at %d: guessed %s", at, p.Guessed)
		}
	}
	p := page(t, encoded(traditionalchinese.Big5, "主軸過熱\r\n"), incident.TextQuery{Encoding: incident.GB18030})
	if p.Guessed != incident.Big5 || p.Encoding != incident.GB18030 || p.Lines[0].Text == "主軸過熱" {
		t.Errorf("as GB 18030: %+v", p)
	}
}
