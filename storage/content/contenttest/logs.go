package contenttest

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Encoded writes a text in another encoding, which must have its characters.
func Encoded(e encoding.Encoding, s string) []byte {
	b, err := e.NewEncoder().Bytes([]byte(s))
	must(err)
	return b
}

// Big5 writes a text as machines in Taiwan do.
func Big5(s string) []byte { return Encoded(traditionalchinese.Big5, s) }

// UTF16 writes a text in 16-bit characters.
func UTF16(order unicode.Endianness, mark unicode.BOMPolicy, s string) []byte {
	return Encoded(unicode.UTF16(order, mark), s)
}

// lines makes n lines, each from its number.
func lines(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
	}
	return b.String()
}

func clock(i int) string {
	return fmt.Sprintf("2026-03-02 %02d:%02d:%02d", 8+i/3600%16, i/60%60, i%60)
}

// LogText is an equipment log in UTF-8, long enough to be cut into several chunks.
var LogText = lines(200, func(i int) string {
	return fmt.Sprintf("%s.%03d [3號線] 注塑機 M-300 溫度過高 %.1f°C 停機\r\n", clock(i), i*37%1000, 215+float64(i%9)/10)
})

// plcText has only characters that Big5 has, too.
var plcText = lines(200, func(i int) string {
	return fmt.Sprintf("%s,D%04d,K%d,%s\r\n", clock(i), 1000+i, i*13%4096, []string{"主軸過熱", "冷卻水流量不足", "伺服異常 復歸", "安全門開啟"}[i%4])
})

// cncText is the alarm history of a machine tool.
var cncText = lines(120, func(i int) string {
	return fmt.Sprintf("%s  EX%04d  %c軸 過載\r\n%s  SV0410  EXCESS ERROR (STOP):%c\r\n", clock(i), 1000+i, "XYZ"[i%3], clock(i), "XYZ"[i%3])
})

// secsText is a trace of SECS-II messages in SML, with HSMS headers in hex.
var secsText = lines(60, func(i int) string {
	return fmt.Sprintf(`%s.001 [RECV] HSMS len=00 00 00 2E  00 01 86 0B 00 00 00 00 %02X %02X
S6F11 W  /* CollectionEvent %d */
<L [3]
  <U4 [1] %d>
  <U4 [1] 1001>
  <L [1] <L [2] <U4 [1] 200> <L [2] <A [8] "LOT-%04d"> <F4 [1] 215.3> > > >
>.
`, clock(i), i/256, i%256, 1001+i, 7000+i, i)
})

// aoiText is what an optical inspection says of each part.
var aoiText = "Board,RefDes,Part,Result,OffsetX(um),OffsetY(um),Image\r\n" + lines(150, func(i int) string {
	return fmt.Sprintf("SN26%06d,R%d,0402-10K,%s,%d,%d,\\\\AOI3\\img\\%06d.jpg\r\n", 1000+i/10, 100+i%10, []string{"OK", "OK", "NG-墓碑", "OK", "NG-少錫"}[i%5], i%17-8, i%23-11, i)
})

// records are fixed ones, filled up with NUL.
func records(size int, record []byte) []byte {
	one := make([]byte, size)
	copy(one, record)
	return bytes.Repeat(one, 100)
}

// FramedLog is a serial protocol's: every record between STX and ETX.
func FramedLog() []byte { return []byte(strings.Repeat("\x02M300,TEMP,215.3\x03\r\n", 300)) }

// preallocated is a logger's file of a fixed size, of which little is written.
func preallocated() []byte {
	b := make([]byte, 64<<10)
	copy(b, "08:15:02 start\r\n08:15:03 ready\r\n")
	return b
}

// goodLogs are as devices write them.
func goodLogs() []file {
	shiftJIS := Encoded(japanese.ShiftJIS, strings.Repeat("2026-03-02 08:15:02 ライン3 温度異常 ｾﾝｻ 停止\r\n", 200))
	gbk := Encoded(simplifiedchinese.GBK, strings.Repeat("2026-03-02 08:15:02 3号线 主轴过热 停机 警告\r\n", 200))
	rare := Encoded(simplifiedchinese.GB18030, strings.Repeat("2026-03-02 08:15:02 𠮷野 主轴过热\r\n", 100))
	german := Encoded(charmap.ISO8859_1, strings.Repeat("02.03.2026 08:15:02 Presse überhitzt: 215,3 °C ±0,5\r\n", 100))
	windows := "Log Name: Application\r\nSource: MSSQLSERVER\r\n" + LogText
	return []file{
		{"injection moulding log, UTF-8", "M-300.log", []byte(LogText)},
		{"the same with a mark", "M-300 bom.txt", []byte("\ufeff" + LogText)},
		{"PLC log in Big5", "PLC D1000.log", Big5(plcText)},
		{"one alarm in Big5", "alarm.txt", Big5("主軸過熱")},
		{"CNC alarm history in Big5", "ALMHIST.TXT", Big5(cncText)},
		{"PLC log in GBK", "plc-gbk.log", gbk},
		{"log in GB 18030 with characters of four bytes", "gb18030.log", rare},
		{"log in Shift JIS", "mounter.log", shiftJIS},
		{"German log in Latin-1", "Presse.log", german},
		{"SECS/GEM trace", "secs-gem.log", []byte(secsText)},
		{"hex dump of a Modbus line", "modbus.txt", []byte(lines(100, func(i int) string { return fmt.Sprintf("TX 01 03 %02X %02X 00 02 C4 0B\n", i/256, i%256) }))},
		{"robot log, UTF-16 little-endian with a mark", "robot.log", UTF16(unicode.LittleEndian, unicode.UseBOM, LogText)},
		{"robot log, UTF-16 big-endian with a mark", "robot-be.log", UTF16(unicode.BigEndian, unicode.UseBOM, LogText)},
		{"database log, UTF-16 little-endian without a mark", "ERRORLOG.log", UTF16(unicode.LittleEndian, unicode.IgnoreBOM, windows)},
		{"log, UTF-16 big-endian without a mark", "be.log", UTF16(unicode.BigEndian, unicode.IgnoreBOM, windows)},
		{"weigher's log framed by STX and ETX", "scale.log", FramedLog()},
		{"barcode reader's log, framed by SOH and EOT", "reader.log", []byte(strings.Repeat("\x01SN26001000\x04\r\n", 100))},
		{"log padded with NUL", "padded.log", records(64, []byte("08:15:02 TEMP 215.3"))},
		{"log padded with NUL, in Big5", "padded-big5.log", records(64, Big5("操作待主 過熱"))},
		{"log of the machine MZ-300", "MZ-300.log", []byte("MZ-300 TEMP 215.3\r\nMZ-300 STOP\r\n")},
		{"long log of the machine MZ-300", "MZ-300 long.log", []byte(strings.Repeat("MZ-300 TEMP 215.3\r\n", 500))},
		{"log of the machine MZ-300, padded with NUL", "MZ-300 pad.log", records(64, []byte("MZ-300"))},
		{"preallocated log", "ring.log", preallocated()},
		{"log with colors", "console.log", []byte(strings.Repeat("\x1b[31mERROR\x1b[0m stop\n", 50))},
		{"DOS log with its end mark", "DOS.TXT", []byte("ready\r\n\x1a")},
		{"oven profile with tabs", "profile.txt", []byte(lines(100, func(i int) string { return fmt.Sprintf("%d\t%.1f\t%.1f\r\n", i, 25+float64(i)*1.7, 24+float64(i)*1.6) }))},
		{"syslog", "syslog.log", []byte(strings.Repeat("<134>1 2026-03-02T08:15:02Z m300 plc - - - 主軸過熱\n", 50))},
		{"JSON lines", "events.log", []byte("{\"t\":215.3}\n{\"t\":216.0}\n")},
		{"JSON", "state.txt", []byte("[{\"machine\":\"M-300\",\"state\":\"停機\"}]\n")},
		{"XML of an MES", "mes.log", []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<events><event t=\"215.3\">主軸過熱</event></events>\n")},
		{"web server's log", "u_ex260302.log", []byte("#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time cs-method\r\n2026-03-02 08:15:02 GET\r\n")},
		{"stack trace", "crash.txt", []byte("panic: runtime error: index out of range [3]\n\ngoroutine 1 [running]:\nmain.main()\n\t/plc/main.go:12 +0x1d\n")},
	}
}

// awkwardLogs look like something else at first, and are none.
func awkwardLogs() []file {
	return []file{
		{"shortest log", "8.txt", []byte("8")},
		{"log with one bell", "bell.txt", []byte("alarm\a\r\n")},
		{"UTF-16 log whose low bytes are controls", "low.log", UTF16(unicode.LittleEndian, unicode.IgnoreBOM, strings.Repeat("08:15:02 速度 期限 世\r\n", 200))},
		{"UTF-16 log with a rare character", "rare.log", UTF16(unicode.LittleEndian, unicode.UseBOM, strings.Repeat("𠮷野家\n", 50))},
		{"UTF-16 log that ends in half a character", "half.log", UTF16(unicode.LittleEndian, unicode.UseBOM, LogText)[:1001]},
		{"log of the press PK-7", "PK-7.log", []byte("PK-7 press ready\r\n")},
		{"log of the feeder GIF-20", "GIF-20.log", []byte("GIF-20 feeder empty\r\n")},
		{"log of the balancer BM-2", "BM-2.log", []byte("BM-2 unbalance 0.3 g\r\n")},
		{"log of the station BZh", "BZh.log", []byte("BZh 3 ready\r\n")},
		{"log of angle brackets", "brackets.log", []byte("<header> <imgproc> <table1>\n")},
		{"log of headers", "headers.log", []byte("<Header v=1> temp\n")},
		{"frames of a microcontroller", "frames.txt", []byte("<P 21 215.3>\n<A 3>\n")},
		{"log that quotes HTML", "proxy.log", []byte("GET / returned <html><script>\n")},
		{"log of a number sign and no exclamation mark", "sign.log", []byte("# ! not a script\n")},
		{"a program's source, which as text does nothing", "fix.txt", []byte("import os\nos.remove('x')\n")},
	}
}

func goodTables() []file {
	return []file{
		{"AOI results", "AOI3_20260302.csv", []byte(aoiText)},
		{"AOI results in Big5", "AOI3_big5.csv", Big5(aoiText)},
		{"CSV with semicolons", "trend.csv", []byte("time;temp\r\n08:15:02;215,3\r\n")},
		{"CSV of one column", "temps.CSV", []byte("215.3\r\n216.0\r\n")},
		{"CSV as Excel writes it", "excel.csv", []byte("\ufeff時間,溫度\r\n08:15:02,215.3\r\n")},
		{"CSV as Excel writes Unicode text", "excel-unicode.csv", UTF16(unicode.LittleEndian, unicode.UseBOM, "時間\t溫度\r\n08:15:02\t215.3\r\n")},
		{"CSV with a formula, which is text here", "formula.csv", []byte("=1+1,@SUM(A1)\r\n")},
		{"CSV with quoted line ends", "quoted.csv", []byte("\"a\r\nb\",\"say \"\"stop\"\"\"\r\n")},
	}
}
