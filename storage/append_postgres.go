package storage

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"taskreporter/incident"
)

// The append is one round trip: appendMany and appendOne move the heads of those
// rooms that stand where their batch starts, and only what moved returns has its
// rows inserted. An entry names its batch by its place, so that a room's id crosses
// the wire once. Words come separated by spaces.
const (
	// fenced locks the rooms in the order of their ids, so that two nodes cannot lock
	// each other out.
	appendMany = `
with fenced as materialized (
	select r.room_id, b.epoch, b.hi, b.at, b.place
	from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
		with ordinality as b (room_id, epoch, lo, hi, at, place)
	join incident_rooms r on r.room_id = b.room_id and r.epoch = b.epoch and r.last_seq = b.lo
	order by r.room_id
	for update of r
), moved as (
	update incident_rooms r set last_seq = f.hi, last_activity_at = f.at
	from fenced f where r.room_id = f.room_id
	returning r.room_id, f.epoch, f.place
)` + appendEntries

	// One room needs no order: a third less work for the database where it is small.
	appendOne = `
with moved as (
	update incident_rooms set last_seq = ($4::bigint[])[1], last_activity_at = ($5::timestamptz[])[1]
	where room_id = ($1::text[])[1] and epoch = ($2::bigint[])[1] and last_seq = ($3::bigint[])[1]
	returning room_id, epoch, 1::bigint as place
)` + appendEntries

	appendEntries = `, entry as materialized (
	select m.room_id, m.epoch, e.*
	from unnest($6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[],
			$14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[])
		as e (place, seq, type, author_id, author_name, client_msg_id, at, body,
			message_id, message_type, text, metadata, reply_to, status_change, mentions, words)
	join moved m on m.place = e.place
), logged as (
	insert into room_events (room_id, seq, epoch, type, author_id, author_name, client_msg_id, at, body)
	select room_id, seq, epoch, type, author_id, author_name, client_msg_id, at, body from entry
), said as (
	insert into messages (room_id, message_id, seq, author_id, author_name, message_type, text, metadata, reply_to, client_msg_id, at,
		status_change, mentions, words)
	select room_id, message_id, seq, author_id, author_name, message_type, text, metadata, reply_to, client_msg_id, at,
		status_change, mentions, array_to_tsvector(string_to_array(words, ' '))
	from entry where message_id is not null
)
select place from moved`
)

type postgresAppender struct{ one, many *sql.Stmt }

func newPostgresAppender(ctx context.Context, db *sql.DB) (appender, error) {
	one, err := db.PrepareContext(ctx, appendOne)
	if err != nil {
		return nil, err
	}
	many, err := db.PrepareContext(ctx, appendMany)
	if err != nil {
		one.Close()
		return nil, err
	}
	return &postgresAppender{one, many}, nil
}

func (a *postgresAppender) close() {
	a.one.Close()
	a.many.Close()
}

func (a *postgresAppender) append(ctx context.Context, tx *sql.Tx, parts []*part) error {
	c := columnsPool.Get().(*columns)
	defer c.free()
	stmt := a.statement(c, parts)
	return query(ctx, tx.StmtContext(ctx, stmt), c.args(), parts)
}

// appendAlone implements [autocommitter]. Once the statement was sent, only the
// database's own refusal says that nothing was written. The driver may have sent it
// again over another connection when the first was lost: the second is then fenced
// out by the first.
func (a *postgresAppender) appendAlone(ctx context.Context, db *sql.DB, parts []*part) error {
	c := columnsPool.Get().(*columns)
	defer c.free()
	stmt := a.statement(c, parts)
	args := c.args()
	sent := &tries{value: args[0]}
	args[0] = sent
	err := query(ctx, stmt, args, parts)
	switch {
	case err != nil && sent.n > 0 && !wasRefused(err), err == nil && sent.n > 1 && !allThrough(parts):
		return fmt.Errorf("%w: %w", incident.ErrOutcomeUnknown, cmp.Or(err, driver.ErrBadConn))
	default:
		return err
	}
}

// tries is a parameter that counts how often the statement was about to be sent.
type tries struct {
	value any
	n     int
}

// Value implements [driver.Valuer].
func (t *tries) Value() (driver.Value, error) {
	t.n++
	return t.value, nil
}

func allThrough(parts []*part) bool {
	return !slices.ContainsFunc(parts, func(p *part) bool { return !p.through })
}

// statement fills the columns and chooses what to do with them.
func (a *postgresAppender) statement(c *columns, parts []*part) *sql.Stmt {
	for i, p := range parts {
		c.batch(p)
		for j := range p.entries {
			c.entry(i+1, &p.entries[j])
		}
	}
	if len(parts) == 1 {
		return a.one
	}
	return a.many
}

// query marks the parts that the fence let through.
func query(ctx context.Context, stmt *sql.Stmt, args []any, parts []*part) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var place int
		if err := rows.Scan(&place); err != nil {
			return err
		}
		parts[place-1].through = true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// columns are the statement's parameters: array literals, written once each.
type columns struct {
	room, epoch, lo, hi, at array

	place, seq, kind, author, name, clientMsgID, eventAt, body array

	message, messageType, text, ref, replyTo, status, mentions, words array
}

var columnsPool = sync.Pool{New: func() any { return new(columns) }}

func (c *columns) all() [21]*array {
	return [...]*array{
		&c.room, &c.epoch, &c.lo, &c.hi, &c.at,
		&c.place, &c.seq, &c.kind, &c.author, &c.name, &c.clientMsgID, &c.eventAt, &c.body,
		&c.message, &c.messageType, &c.text, &c.ref, &c.replyTo, &c.status, &c.mentions, &c.words,
	}
}

func (c *columns) batch(p *part) {
	c.room.text(string(p.RoomID))
	c.epoch.number(int64(p.Epoch))
	c.lo.number(int64(p.Lo))
	c.hi.number(int64(p.Hi()))
	c.at.time(p.last().At)
}

func (c *columns) entry(place int, e *entry) {
	c.place.number(int64(place))
	c.seq.number(int64(e.Seq))
	c.kind.text(string(e.Change.EventType()))
	c.author.text(string(e.By.ID))
	c.name.text(e.By.Name)
	c.clientMsgID.textOrNull(string(e.ClientMsgID))
	c.eventAt.time(e.At)
	c.body.bytes(e.body)
	m := e.message
	if m == nil {
		for _, a := range c.said() {
			a.null()
		}
		return
	}
	c.message.text(string(m.ID))
	c.messageType.text(string(m.Type))
	c.text.text(m.Text)
	c.ref.bytesOrNull(e.ref)
	c.replyTo.textOrNull(string(m.ReplyTo))
	c.status.bytesOrNull(e.status)
	c.mentions.bytesOrNull(e.mentions)
	c.words.text(e.words)
}

// said are the columns that only messages fill.
func (c *columns) said() []*array {
	all := c.all()
	return all[len(all)-8:]
}

// args closes the arrays and returns them in the order of the statement.
func (c *columns) args() []any {
	all := c.all()
	args := make([]any, len(all))
	for i, a := range all {
		args[i] = a.close()
	}
	return args
}

// free gives the buffers back, but for those that a burst made large.
func (c *columns) free() {
	const keep = 1 << 20 // bytes
	for _, a := range c.all() {
		if cap(*a) > keep {
			*a = nil
		}
		*a = (*a)[:0]
	}
	columnsPool.Put(c)
}

// array is a one-dimensional array in Postgres' text form, without its closing
// brace.
type array []byte

func (a *array) next() {
	if len(*a) == 0 {
		*a = append(*a, '{')
	} else {
		*a = append(*a, ',')
	}
}

// close ends the array, which has at least one element, and returns it.
func (a *array) close() []byte {
	*a = append(*a, '}')
	return *a
}

func (a *array) null() {
	a.next()
	*a = append(*a, "NULL"...)
}

func (a *array) number(n int64) {
	a.next()
	*a = strconv.AppendInt(*a, n, 10)
}

func (a *array) time(t time.Time) {
	a.next()
	*a = append(*a, '"')
	*a = incident.Now(t).AppendFormat(*a, "2006-01-02 15:04:05.000000Z07:00")
	*a = append(*a, '"')
}

func (a *array) textOrNull(s string) {
	if s == "" {
		a.null()
		return
	}
	a.text(s)
}

func (a *array) bytesOrNull(b []byte) {
	if b == nil {
		a.null()
		return
	}
	a.bytes(b)
}

func (a *array) text(s string) { quote(a, s) }

func (a *array) bytes(b []byte) { quote(a, b) }

func quote[T string | []byte](a *array, s T) {
	a.next()
	*a = append(*a, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			*a = append(*a, '\\')
		}
		*a = append(*a, s[i])
	}
	*a = append(*a, '"')
}
