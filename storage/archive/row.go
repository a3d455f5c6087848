package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Row is one row of a table as it is read back: nil, string, int64, bool or
// time.Time under each column.
type Row struct {
	Columns []Column
	Cells   []any
}

// Text returns the text in a column, "" when there is none.
func (r Row) Text(column string) string {
	s, _ := r.cell(column).(string)
	return s
}

// Int returns the number in a column, 0 when there is none.
func (r Row) Int(column string) int64 {
	n, _ := r.cell(column).(int64)
	return n
}

func (r Row) cell(column string) any {
	for i, c := range r.Columns {
		if c.Name == column {
			return r.Cells[i]
		}
	}
	return nil
}

// raw is a text that JSON cannot hold.
type raw struct {
	Base64 []byte `json:"base64"`
}

// encode puts cells into the form of the file, in place.
func encode(cells []any) error {
	for i, c := range cells {
		switch v := c.(type) {
		case nil, bool, int64:
		case time.Time:
			cells[i] = v.UTC().Format(time.RFC3339Nano)
		case string:
			if !utf8.ValidString(v) {
				cells[i] = raw{[]byte(v)}
			}
		default:
			return fmt.Errorf("a backup has no words for %T", c)
		}
	}
	return nil
}

// decode takes cells out of the form of the file, in place.
func decode(cells []any, columns []Column) error {
	if len(cells) != len(columns) {
		return fmt.Errorf("a row has %d cells, not %d", len(cells), len(columns))
	}
	for i, c := range cells {
		if c == nil {
			continue
		}
		v, err := decodeCell(c, columns[i].Kind)
		if err != nil {
			return fmt.Errorf("column %s: %w", columns[i].Name, err)
		}
		cells[i] = v
	}
	return nil
}

func decodeCell(c any, kind Kind) (any, error) {
	switch v := c.(type) {
	case bool:
		if kind == Bool {
			return v, nil
		}
	case json.Number:
		if kind == Int {
			return v.Int64()
		}
	case string:
		switch kind {
		case Text:
			return v, nil
		case Time:
			t, err := time.Parse(time.RFC3339Nano, v)
			return t.UTC(), err
		}
	case map[string]any:
		if s, ok := v["base64"].(string); ok && kind == Text {
			var bytes []byte
			err := json.Unmarshal([]byte(`"`+s+`"`), &bytes)
			return string(bytes), err
		}
	}
	return nil, errors.New("a cell is not of its column's kind")
}
