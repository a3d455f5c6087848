package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Plan is one run.
type Plan struct {
	Name string `yaml:"name"`
	// Seed decides every random choice: who sends, how large a file is, which line drops.
	Seed     uint64        `yaml:"seed"`
	Duration time.Duration `yaml:"duration"` // from the first message; uploads may take longer
	// Ramp is the part of Duration in which rates grow from nothing to what is asked for.
	Ramp       time.Duration `yaml:"ramp"`
	Loads      []Load        `yaml:"loads"`
	Thresholds Thresholds    `yaml:"thresholds"`
}

// Load is exactly one of its fields.
type Load struct {
	Chat        *Chat        `yaml:"chat"`
	Uploads     *Uploads     `yaml:"uploads"`
	Connections *Connections `yaml:"connections"`
	Storm       *Storm       `yaml:"storm"`
}

// Chat is people who write, in an open loop: a slow server is not waited for.
type Chat struct {
	Rooms   int     `yaml:"rooms"`
	Members int     `yaml:"members"` // sockets in each room
	Rate    float64 `yaml:"rate"`    // messages a second, of all rooms together
}

// Uploads is people who bring files, so many at once.
type Uploads struct {
	Users       int     `yaml:"users"`
	Files       int     `yaml:"files"` // of each user
	Concurrency int     `yaml:"concurrency"`
	Rate        float64 `yaml:"rate"` // files that are begun a second, at most; 0 for as many as Concurrency bears
	Way         Way     `yaml:"way"`
	Dropped     float64 `yaml:"dropped"` // share of the files whose line breaks once, in the middle
	Sizes       []Sizes `yaml:"sizes"`
}

// Way is how files are brought.
type Way string

// The ways.
const (
	Multipart Way = "multipart"
	Tus       Way = "tus"
)

// Sizes is a part of the mix of files.
type Sizes struct {
	Kind  FileKind `yaml:"kind"`
	From  Size     `yaml:"from"`
	To    Size     `yaml:"to"`
	Share float64  `yaml:"share"` // weight among the others; 1 where it is absent
}

// FileKind is what a file is.
type FileKind string

// The kinds that can be made.
const (
	Log FileKind = "log"
	PDF FileKind = "pdf"
	PNG FileKind = "png"
)

// Connections is sockets that are opened at a rate and held.
type Connections struct {
	Sockets int     `yaml:"sockets"`
	Rooms   int     `yaml:"rooms"`
	Rate    float64 `yaml:"rate"` // sockets a second
}

// Storm is sockets that all drop at once and come back to what they have missed.
type Storm struct {
	Rooms   int           `yaml:"rooms"`
	Members int           `yaml:"members"` // sockets in each room
	After   time.Duration `yaml:"after"`   // when they drop
	Behind  int           `yaml:"behind"`  // messages that each room has meanwhile
}

// Size is a number of bytes; written as 4096, 64KiB or 5MB.
type Size int64

// UnmarshalYAML reads a size.
func (s *Size) UnmarshalYAML(n *yaml.Node) error {
	text, factor := strings.TrimSpace(n.Value), int64(1)
	for _, unit := range []struct {
		name   string
		factor int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"KB", 1e3}, {"MB", 1e6}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(text, unit.name); ok {
			text, factor = strings.TrimSpace(rest), unit.factor
			break
		}
	}
	v, err := strconv.ParseInt(text, 10, 32)
	if err != nil || v < 0 {
		return fmt.Errorf("line %d: %q is no size: write 4096, 64KiB or 5MB", n.Line, n.Value)
	}
	*s = Size(v * factor)
	return nil
}

// Kind says which load it is; "" for none or several.
func (l Load) Kind() Kind {
	var kinds []Kind
	for kind, is := range map[Kind]bool{
		ChatKind: l.Chat != nil, UploadsKind: l.Uploads != nil,
		ConnectionsKind: l.Connections != nil, StormKind: l.Storm != nil,
	} {
		if is {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

// Parse reads a plan. The error names everything that it knows to be wrong.
func Parse(text []byte) (*Plan, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var p Plan
	if err := d.Decode(&p); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the plan is empty")
		}
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the plan is more than one YAML document")
	}
	for _, l := range p.Loads {
		if l.Uploads != nil {
			for i := range l.Uploads.Sizes {
				if l.Uploads.Sizes[i].Share == 0 {
					l.Uploads.Sizes[i].Share = 1
				}
			}
		}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return &p, nil
}
