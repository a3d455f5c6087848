package main

import (
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"taskreporter/actors"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

const (
	passiveRooms = 100_000
	activeRooms  = 10_000
	benchMembers = 5
)

// silentFrames encodes nothing: nobody listens.
type silentFrames struct{}

func (silentFrames) Event(incident.Event) actors.Frame { return nil }
func (silentFrames) Presence(incident.RoomID, int, []incident.Person) actors.Frame {
	return nil
}
func (silentFrames) Typing(incident.RoomID, incident.Person) actors.Frame       { return nil }
func (silentFrames) Reads(incident.RoomID, []incident.ReadPointer) actors.Frame { return nil }
func (silentFrames) Activity(incident.Activity) actors.Frame                    { return nil }
func (silentFrames) UploadAck(incident.File) actors.Frame                       { return nil }
func (silentFrames) PreviewReady(incident.RoomID, incident.FileID) actors.Frame { return nil }

// BenchmarkRoomsOfOneNode activates 10,000 of 100,000 rooms with five members
// each on PostgreSQL, then lets all of them fall asleep while one is in use. Run
// it once: -benchtime 1x.
func BenchmarkRoomsOfOneNode(b *testing.B) {
	for range b.N {
		b.StopTimer()
		benchmarkRooms(b)
	}
}

func benchmarkRooms(b *testing.B) {
	cfg := storagetest.Postgres(b)
	ids := storagetest.ManyRooms(b, cfg, passiveRooms, benchMembers)
	db := storagetest.Open(b, cfg)
	const idle = 8 * time.Second
	e, err := actors.Start(b.Context(), actors.Config{
		Records: db.Records(), Frames: silentFrames{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Limits: actors.Limits{UploadsPerUser: 1, UploadsPerRoom: 1, RoomIdle: idle},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := e.Stop(b.Context()); err != nil {
			b.Error(err)
		}
	}()

	before := heap()
	began := time.Now()
	for _, id := range ids[:activeRooms] {
		go e.AbortUpload(b.Context(), incident.Upload{RoomID: id}, false) // changes nothing
	}
	waitFor(b, "activations", func() bool { return e.Figures().Activations >= activeRooms })
	activated := time.Since(began)
	b.ReportMetric(activeRooms/activated.Seconds(), "activations/s")
	b.ReportMetric(float64(heap()-before)/activeRooms/1024, "KiB/active-room")

	// One room stays in use while the others go.
	owner, room := ownerOf(b, db, ids[passiveRooms-1])
	var waits []time.Duration
	var swept time.Time
	for n := 0; e.Figures().Rooms > 1; n++ {
		sent := time.Now()
		_, err := e.Post(b.Context(), owner, room, incident.Draft{ClientMsgID: incident.ClientMsgID(fmt.Sprint("m", n)), Text: "still here"})
		if err != nil {
			b.Fatal(err)
		}
		waits = append(waits, time.Since(sent))
		if swept.IsZero() && e.Figures().Rooms < activeRooms {
			swept = time.Now()
		}
		pause()
	}
	b.ReportMetric(activeRooms/time.Since(swept).Seconds(), "passivations/s")
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms/send-median")
	b.ReportMetric(float64(waits[len(waits)-1].Microseconds())/1000, "ms/send-max")
}

// ownerOf returns somebody who may post in the room.
func ownerOf(b *testing.B, db *storage.DB, room incident.RoomID) (incident.Principal, incident.RoomID) {
	b.Helper()
	members, err := db.Library().Members(b.Context(), room)
	if err != nil {
		b.Fatal(err)
	}
	return incident.Principal{Person: members[0].Person, System: incident.SystemUser}, room
}

// heap is what is alive, bytes, stacks included.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
