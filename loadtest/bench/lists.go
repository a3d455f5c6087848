package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"taskreporter/httpapi/client"
)

// lists reads pages where there is much: files and messages in a room, and rooms. The floors
// are a link in 50 ms (F-PF-02) and a list of more than 100 files in 100 ms (F-PF-04).
func lists(ctx context.Context, s *site) ([]row, error) {
	many, rooms := pick(s, 100_000, 1_000), pick(s, 2_000, 20)
	o, err := openOurs(ctx, s, 1, 1)
	if err != nil {
		return nil, err
	}
	defer o.stop()
	room := o.rooms[0]
	if err := o.fill(ctx, room, many, rooms); err != nil {
		return nil, err
	}
	api := o.people[0].api
	page, err := api.ListFilesWithResponse(ctx, room, &client.ListFilesParams{Offset: new(many * 9 / 10)})
	if err != nil {
		return nil, err
	}
	if page.JSON200 == nil || page.JSON200.NextCursor == nil || page.JSON200.Total != many {
		return nil, fmt.Errorf("list files: %s %.200s", page.Status(), page.Body)
	}
	deep, file := page.JSON200.NextCursor, page.JSON200.Files[0].FileId
	limit, before := 50, int64(many/10)
	reads := []struct {
		what           string
		typical, worst goal // of the median and of p99
		read           func() (*http.Response, error)
	}{
		{fmt.Sprintf("file list of %d, first page", many), noGoal(), atMost(10), func() (*http.Response, error) {
			return api.ListFiles(ctx, room, &client.ListFilesParams{Limit: &limit})
		}},
		{fmt.Sprintf("file list of %d, page after 90 %%", many), noGoal(), atMost(10), func() (*http.Response, error) {
			return api.ListFiles(ctx, room, &client.ListFilesParams{Limit: &limit, Cursor: deep})
		}},
		{"a file with its download link", atMost(1), noGoal(), func() (*http.Response, error) { return api.GetFile(ctx, room, file) }},
		{fmt.Sprintf("messages of %d, newest page", many), noGoal(), noGoal(), func() (*http.Response, error) {
			return api.ListMessages(ctx, room, &client.ListMessagesParams{Limit: &limit})
		}},
		{fmt.Sprintf("messages of %d, page after 90 %%", many), noGoal(), noGoal(), func() (*http.Response, error) {
			return api.ListMessages(ctx, room, &client.ListMessagesParams{Limit: &limit, BeforeSeq: &before})
		}},
		{fmt.Sprintf("search of %d messages for a rare word", many), noGoal(), noGoal(), func() (*http.Response, error) {
			return api.Search(ctx, &client.SearchParams{Q: "r7 robot"})
		}},
		{fmt.Sprintf("list of %d rooms, first page", rooms), noGoal(), atMost(100), func() (*http.Response, error) {
			return api.ListRooms(ctx, &client.ListRoomsParams{})
		}},
	}
	var rows []row
	for _, r := range reads {
		var typical, worst []float64
		for range s.rounds {
			took, err := times(pick(s, 300, 5), r.read)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.what, err)
			}
			typical = append(typical, took[len(took)/2])
			worst = append(worst, took[int(math.Ceil(0.99*float64(len(took))))-1])
		}
		s.say("%s: %.2f ms, p99 %.2f ms", r.what, median(typical), median(worst))
		rows = append(rows, alone(r.what+", median", "ms", typical, r.typical), alone(r.what+", p99", "ms", worst, r.worst))
	}
	return rows, nil
}

// times reads again and again, one request after the other over one connection, and returns
// how long each took, sorted, in milliseconds.
func times(n int, read func() (*http.Response, error)) ([]float64, error) {
	took := make([]float64, n)
	for i := range took {
		began := time.Now()
		res, err := read()
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		took[i] = float64(time.Since(began)) / float64(time.Millisecond)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %w", res.Status, err)
		}
	}
	slices.Sort(took)
	return took, nil
}

// fill puts so many files, messages and rooms straight into the tables: over the API it would
// take longer than all benches. Of the messages every 1,000th has the rare word.
func (o *ours) fill(ctx context.Context, room string, many, rooms int) error {
	owner := o.people[0].id
	return o.site.database.Exec(ctx, o.database, fmt.Sprintf(`
insert into room_files select gen_random_uuid()::text, '%[2]s', '操作員 1', 'photo-' || i || '.jpg', case when i %% 3 = 0 then 'log' else 'image' end,
	'image/jpeg', 2500000, 'task-reporter-files', '%[1]s/image/' || i || '.jpg', '', md5(i::text) || md5(i::text), 4032, 3024, 'unscanned',
	now() - i * interval '1 second', null, '%[1]s', 0, array_to_tsvector(array['photo', 'jpg']) from generate_series(1, %[3]d) i;
insert into messages (room_id, message_id, seq, author_id, author_name, message_type, text, at, words)
	select '%[1]s', gen_random_uuid()::text, i + 10, '%[2]s', '操作員 1', 'text', t, now() - (%[3]d - i) * interval '1 second', array_to_tsvector(string_to_array(t, ' '))
	from generate_series(1, %[3]d) i, lateral (select case when i %% 1000 = 7 then 'station r7 robot stands still' else 'station ' || i %% 97 || ' stands still' end t) x;
insert into incident_rooms (room_id, number, title, incident_type, severity, status, site, line, station, equipment, lot, description,
	line_stopped, units_at_risk, created_by, created_by_name, declared_at, last_activity_at, version, last_seq, epoch, owner)
	select gen_random_uuid()::text, 'INC-2020-' || i, '停機 ' || i, 'equipment', 'LOW', 'OPEN', '', '', '', '', '', '', false, 0,
	'%[2]s', '操作員 1', now() - i * interval '1 minute', now() - i * interval '1 minute', 1, 2, 0, '' from generate_series(1, %[4]d) i;
insert into room_members select room_id, '%[2]s', '操作員 1', 'OWNER', '%[2]s', declared_at from incident_rooms where number like 'INC-2020-%%';
vacuum analyze room_files; vacuum analyze messages; vacuum analyze incident_rooms; vacuum analyze room_members`, room, owner, many, rooms))
}
