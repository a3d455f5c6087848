package plan

import (
	"errors"
	"fmt"
	"time"
)

// Limits of one run: they keep a typing error from becoming an attack, and the tool
// within one machine's memory.
const (
	MaxSockets  = 20_000 // of all loads
	MaxRooms    = 2_000  // of all loads
	MaxRate     = 20_000 // messages or sockets a second, of one load
	MaxMessages = 5_000_000
	MaxDuration = 24 * time.Hour
	MaxBytes    = 100 << 30 // of all files
	MaxFile     = 20 << 20  // bytes; more than any kind may have
	MaxAtOnce   = 1 << 30   // bytes of files that are under way
	MaxFiles    = 1_000_000
	maxUsers    = 10_000
	maxBehind   = 5_000 // messages that a room gets while a storm gathers
	maxParallel = 256
	// minFile leaves room for what makes a file of its kind one.
	minFile = 256
)

// checker collects what is wrong.
type checker struct{ errs []error }

func (c *checker) that(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

func within[N int | float64 | Size](c *checker, field string, v, least, most N) {
	c.that(v >= least && v <= most, "%s is %v, must be from %v to %v", field, v, least, most)
}

func (p *Plan) check() error {
	var c checker
	c.that(p.Name != "" && len(p.Name) <= 80, "name must have 1 to 80 bytes")
	c.that(p.Duration >= time.Second && p.Duration <= MaxDuration, "duration is %v, must be from 1s to %v", p.Duration, MaxDuration)
	c.that(p.Ramp >= 0 && p.Ramp <= p.Duration, "ramp is %v, must be within the duration", p.Ramp)
	c.that(len(p.Loads) > 0, "loads must name at least one load")
	sockets, rooms, bytes := 0, 0, 0.0
	kinds := map[Kind]bool{}
	for i, l := range p.Loads {
		at := fmt.Sprintf("loads[%d]", i)
		kind := l.Kind()
		kinds[kind] = true
		switch kind {
		case ChatKind:
			l.Chat.check(&c, at+".chat", p)
			rooms, sockets = rooms+l.Chat.Rooms, sockets+l.Chat.Rooms*l.Chat.Members
		case UploadsKind:
			bytes += l.Uploads.check(&c, at+".uploads", p)
			rooms++
		case ConnectionsKind:
			within(&c, at+".connections.sockets", l.Connections.Sockets, 1, MaxSockets)
			within(&c, at+".connections.rooms", l.Connections.Rooms, 1, MaxRooms)
			within(&c, at+".connections.rate", l.Connections.Rate, .1, MaxRate)
			rooms, sockets = rooms+l.Connections.Rooms, sockets+l.Connections.Sockets
		case StormKind:
			l.Storm.check(&c, at+".storm", p)
			rooms, sockets = rooms+l.Storm.Rooms, sockets+l.Storm.Rooms*(l.Storm.Members+1)
		default:
			c.that(false, "%s must be one of chat, uploads, connections, storm", at)
		}
	}
	c.that(sockets <= MaxSockets, "the loads open %d sockets together, at most %d are allowed", sockets, MaxSockets)
	c.that(rooms <= MaxRooms, "the loads need %d rooms together, at most %d are allowed", rooms, MaxRooms)
	c.that(bytes <= MaxBytes, "the files may have %.0f bytes together, at most %d are allowed", bytes, MaxBytes)
	for _, t := range p.Thresholds {
		c.that(t.figure.of(kinds), "line %d: the threshold %s is about a figure that none of the loads measures", t.line, t.Name)
	}
	return errors.Join(c.errs...)
}

func (l *Chat) check(c *checker, at string, p *Plan) {
	within(c, at+".rooms", l.Rooms, 1, MaxRooms)
	within(c, at+".members", l.Members, 1, MaxSockets)
	within(c, at+".rate", l.Rate, .1, MaxRate)
	c.that(l.Rate*p.Duration.Seconds() <= MaxMessages, "%s sends %.0f messages, at most %d are allowed", at, l.Rate*p.Duration.Seconds(), MaxMessages)
}

func (l *Storm) check(c *checker, at string, p *Plan) {
	within(c, at+".rooms", l.Rooms, 1, MaxRooms)
	within(c, at+".members", l.Members, 1, MaxSockets)
	within(c, at+".behind", l.Behind, 1, maxBehind)
	c.that(l.After >= 0 && l.After <= p.Duration, "%s.after is %v, must be within the duration", at, l.After)
}

// check returns how many bytes the files have at most.
func (l *Uploads) check(c *checker, at string, p *Plan) float64 {
	within(c, at+".users", l.Users, 1, maxUsers)
	within(c, at+".files", l.Files, 1, MaxFiles)
	c.that(float64(l.Users)*float64(l.Files) <= MaxFiles, "%s has %d × %d files, at most %d are allowed", at, l.Users, l.Files, MaxFiles)
	within(c, at+".concurrency", l.Concurrency, 1, maxParallel)
	within(c, at+".rate", l.Rate, 0, MaxRate)
	within(c, at+".dropped", l.Dropped, 0, 1)
	c.that(l.Rate == 0 || float64(l.Users)*float64(l.Files) <= l.Rate*p.Duration.Seconds(), "%s needs more than the duration for %d × %d files at %v a second", at, l.Users, l.Files, l.Rate)
	c.that(l.Way == Multipart || l.Way == Tus, "%s.way is %q, must be %s or %s", at, l.Way, Multipart, Tus)
	c.that(len(l.Sizes) > 0, "%s.sizes must name at least one", at)
	largest := Size(0)
	for i, s := range l.Sizes {
		in := fmt.Sprintf("%s.sizes[%d]", at, i)
		c.that(s.Kind == Log || s.Kind == PDF || s.Kind == PNG, "%s.kind is %q, must be %s, %s or %s", in, s.Kind, Log, PDF, PNG)
		within(c, in+".from", s.From, minFile, MaxFile)
		within(c, in+".to", s.To, max(minFile, s.From), MaxFile)
		within(c, in+".share", s.Share, .001, 1000)
		largest = max(largest, s.To)
	}
	c.that(int64(l.Concurrency)*int64(largest) <= MaxAtOnce, "%s has up to %d bytes under way, at most %d are allowed: lower concurrency or sizes", at, int64(l.Concurrency)*int64(largest), MaxAtOnce)
	return float64(l.Users) * float64(l.Files) * float64(largest)
}
