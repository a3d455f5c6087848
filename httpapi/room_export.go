package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"taskreporter/httpapi/dossier"
	"taskreporter/incident"
)

const (
	// exportsAtOnce bounds how many exports a node makes: each has a connection to the
	// database at first, and then a client's line for as long as that takes.
	exportsAtOnce = 2
	// exportRetry is when one more may be tried: most are small.
	exportRetry = 10 * time.Second
	// exportWriting is how long a room's page and log may take to be written here, before
	// anything is sent; 100,000 messages take some ten seconds.
	exportWriting = 5 * time.Minute
	// exportStall is how long a client may take nothing.
	exportStall = time.Minute
	// exportChecked is how many files are asked for at once.
	exportChecked = 200
)

// ExportRoom implements GET …/export (UX 19). Page and log are written to a file first,
// in one transaction that waits for no client; what fails until then is told as a
// problem. It is audited before it is sent: without its row nothing is.
func (s *Server) ExportRoom(ctx context.Context, req ExportRoomRequestObject) (ExportRoomResponseObject, error) {
	const op = "export room"
	v, err := s.enter(ctx, req.RoomId, incident.ActExport)
	if err != nil {
		return nil, err
	}
	language := dossier.Chinese
	if lang := req.Params.Lang; lang != nil {
		if !lang.Valid() {
			return nil, incident.E(incident.Invalid, readParameter, "lang must be zh-Hant or en.")
		}
		language = string(*lang)
	}
	select {
	case s.exports <- struct{}{}:
	default:
		return nil, incident.Wrap(incident.Busy, op, retryAfter(exportRetry), "Other rooms are being exported. Try again in a moment.")
	}
	x, ready := &roomExport{server: s, request: requestOf(ctx)}, false
	defer func() { // also when something panics
		if !ready {
			x.close()
		}
	}()
	if err := x.prepare(ctx, v, language); err != nil {
		return nil, err
	}
	row := s.entry(ctx, "room_exported", "ok")
	row.Target = fmt.Sprintf("room %s up to seq %d with %d files, SHA256SUMS %s", x.room.ID, x.room.Head, len(x.dossier.Files()), x.dossier.Sum())
	if err := s.audit.Record(ctx, row); err != nil {
		return nil, err
	}
	ready = true
	return x, nil
}

// roomExport is an answer whose page and log are written, and whose files are read
// from the store no faster than the client takes them.
type roomExport struct {
	server  *Server
	request *request
	room    incident.Room
	dossier *dossier.Dossier
	written *os.File // what the dossier consists of so far; it has no name any more
	out     turnout
}

// turnout is where a dossier is written to.
type turnout struct{ io.Writer }

func (x *roomExport) close() {
	if x.written != nil {
		_ = x.written.Close()
	}
	<-x.server.exports
}

func (x *roomExport) prepare(ctx context.Context, v visit, language string) (err error) {
	s := x.server
	ctx, cancel := context.WithTimeout(ctx, exportWriting)
	defer cancel()
	lost, err := s.lostFiles(ctx, v.room)
	if err != nil {
		return err
	}
	if x.written, err = os.CreateTemp("", "room-export-*"); err != nil {
		return fmt.Errorf("export room %s: the directory for temporary files ($TMPDIR) takes none: %w", v.room, err)
	}
	if err := os.Remove(x.written.Name()); err != nil { // a crash leaves nothing
		return err
	}
	x.out.Writer = x.written
	x.dossier = dossier.New(&x.out, dossier.Options{
		Language: language, Zone: s.config.Zone, By: v.Person, At: s.now(), Lost: lost,
		Encode: func(e incident.Event, path func(incident.FileID) string) (any, error) {
			return toExported(ctx, e, path)
		},
	})
	return s.library.Copy(ctx, v.room, func(c incident.RoomCopy) error {
		x.room = c.Room
		return x.dossier.Tell(c)
	})
}

// lostFiles finds the files that the store does not have, so that the page can say so.
func (s *Server) lostFiles(ctx context.Context, room incident.RoomID) (map[incident.FileID]bool, error) {
	lost := map[incident.FileID]bool{}
	q := incident.FileQuery{Limit: exportChecked}
	for {
		files, _, err := s.library.Files(ctx, room, q)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.MayLeave() != nil {
				continue
			}
			content, err := s.evidence.Open(ctx, f)
			switch {
			case err == nil:
				_ = content.Close()
			case incident.KindOf(err) == incident.NotFound:
				s.log.Error("export without a file that the store has lost: run admin storage check", "room_id", room, "file_id", f.ID, "err", err)
				lost[f.ID] = true
			default:
				return nil, err
			}
		}
		if len(files) < exportChecked {
			return lost, nil
		}
		last := files[len(files)-1]
		q.Before = &incident.FileCursor{At: last.UploadedAt, ID: last.ID}
	}
}

// toExported is an event's frame with the paths of files instead of links, which would
// open them for whoever gets the document.
func toExported(ctx context.Context, e incident.Event, path func(incident.FileID) string) (any, error) {
	frame, err := toEvent(ctx, nil, e)
	switch f := frame.(type) {
	case MessageFrame:
		if ref := f.Message.Metadata; ref != nil {
			ref.Url, ref.UrlExpiresAt = path(incident.FileID(ref.FileId)), nil
		}
	case FileUploadedFrame:
		f.File.DownloadUrl, f.File.UrlExpiresAt = path(incident.FileID(f.File.FileId)), f.File.UploadedAt
		return f, err
	}
	return frame, err
}

// VisitExportRoomResponse implements the generated interface. An export that breaks off
// must not look whole, so it ends the connection.
func (x *roomExport) VisitExportRoomResponse(w http.ResponseWriter) error {
	defer x.close()
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+plainName(x.room.Number)+`.zip"`)
	w.WriteHeader(http.StatusOK)
	if err := x.send(w); err != nil {
		attrs := []any{"request_id", x.request.id, "room_id", x.room.ID, "err", err}
		if errors.Is(err, dossier.ErrChanged) || incident.KindOf(err) == incident.NotFound {
			x.server.log.Error("room export broke off at a file that is not as it was uploaded: run admin storage check --deep", attrs...)
		} else {
			x.server.log.Warn("room export broke off", attrs...)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (x *roomExport) send(w http.ResponseWriter) error {
	size, err := x.written.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := x.written.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for _, f := range x.dossier.Files() {
		size += f.Size
	}
	line := paced{w, http.NewResponseController(w), time.Now().Add(exportStall + time.Duration(size/slowLine)*time.Second)}
	if _, err := io.Copy(line, x.written); err != nil {
		return err
	}
	x.out.Writer = line
	for _, f := range x.dossier.Files() {
		if err := x.add(x.request.http.Context(), f); err != nil {
			return err
		}
	}
	return x.dossier.Close()
}

// add sends a file, unless the scanner has found something in it meanwhile.
func (x *roomExport) add(ctx context.Context, f dossier.File) error {
	now, err := x.server.library.File(ctx, f.RoomID, f.ID)
	if err == nil {
		err = now.MayLeave()
	}
	if err != nil {
		return fmt.Errorf("file %s: %w", f.ID, err)
	}
	content, err := x.server.evidence.Open(ctx, now)
	if err != nil {
		return fmt.Errorf("file %s: %w", f.ID, err)
	}
	defer content.Close()
	return x.dossier.Add(f, content)
}

// paced is a client's line, which is cut when nothing passes for a while, or too little
// over all.
type paced struct {
	http.ResponseWriter
	line *http.ResponseController
	end  time.Time
}

func (p paced) Write(b []byte) (int, error) {
	until := time.Now().Add(exportStall)
	if p.end.Before(until) {
		until = p.end
	}
	_ = p.line.SetWriteDeadline(until)
	return p.ResponseWriter.Write(b)
}
