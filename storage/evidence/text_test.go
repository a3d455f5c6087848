package evidence_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/traditionalchinese"

	"taskreporter/incident"
	"taskreporter/storage/object/objecttest"
)

// A log is read by ranges of its object.
func TestTextOfALog(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		s := &spy{Store: f.Store}
		l := locker(s)
		b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(strings.Repeat("08:15:02 主軸過熱\r\n", 100_000)))
		if err != nil {
			t.Fatal(err)
		}
		log := receive(t, l, "a.log", b)
		line := int64(len(b) / 100_000)
		for _, q := range []incident.TextQuery{{Offset: 70_000*line + 5, Lines: 3}, {Offset: 70_003 * line, Backward: true, Lines: 3}} {
			p, err := l.Text(t.Context(), log, q)
			if err != nil || p.Offset != 70_000*line || p.End != 70_003*line || p.Guessed != incident.Big5 || len(p.Lines) != 3 || p.Lines[2].Text != "08:15:02 主軸過熱" {
				t.Errorf("%+v: %+v, %v", q, p, err)
			}
		}
		gone := log
		gone.Key = "room-1/log/gone.log"
		_, err = l.Text(t.Context(), gone, incident.TextQuery{Lines: 1})
		wantKind(t, "of a lost original", err, incident.NotFound)
		s.broken = func(string, string) error { return away }
		_, err = l.Text(t.Context(), log, incident.TextQuery{Lines: 1})
		wantKind(t, "of a store that is away", err, incident.StoreDown)
	})
}
