package reconcile_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
	"taskreporter/storage/reconcile"
	"taskreporter/storage/storagetest"
)

// onAll runs a test on both databases with each kind of store.
func onAll(t *testing.T, test func(t *testing.T, p *plant)) {
	t.Helper()
	t.Parallel()
	for db, fresh := range map[string]storagetest.Fresh{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		for store, open := range map[string]func(testing.TB) objecttest.Fixture{"disk": objecttest.Disk, "MinIO": objecttest.S3} {
			t.Run(db+" and "+store, func(t *testing.T) {
				t.Parallel()
				test(t, &plant{t: t, db: storagetest.Open(t, fresh(t)), Fixture: open(t)})
			})
		}
	}
}

// plant is an installation whose rows and objects the test makes one by one.
type plant struct {
	t  *testing.T
	db *storage.DB
	objecttest.Fixture
}

var wang = incident.Principal{Person: incident.Person{ID: "018f6b2e-0000-7000-8000-00000000000a", Name: "王小明"}, System: incident.SystemUser}

// room is an incident whose log the test writes.
type room struct {
	*plant
	incident.Room
}

func (p *plant) room() *room {
	p.t.Helper()
	made, err := p.db.Library().CreateRoom(p.t.Context(), wang, incident.NewRoom{
		Title: "三號線停機", Type: incident.Equipment, Severity: incident.High, Place: incident.Place{Site: "T1", Line: "L3"},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	claimed, err := p.db.Records().Claim(p.t.Context(), "node-1", []incident.RoomID{made.ID})
	if err != nil || claimed[0].Err != nil {
		p.t.Fatal(err, claimed)
	}
	return &room{p, claimed[0].State.Room}
}

func (r *room) append(c incident.Change) {
	r.t.Helper()
	r.Head++
	at := incident.Now(time.Now())
	outcome := r.db.Records().Append(r.t.Context(), []incident.Batch{{RoomID: r.ID, Epoch: r.Epoch, Lo: r.Head - 1, Events: []incident.Event{
		{RoomID: r.ID, Seq: r.Head, Epoch: r.Epoch, At: at, By: wang.Person, Change: c},
	}}})
	if outcome[0] != nil {
		r.t.Fatal(outcome[0])
	}
}

// newFile is a file that has neither a row nor an object.
func (r *room) newFile(name, content string) incident.File {
	id := incident.FileID(uuid.Must(uuid.NewV7()).String())
	kind, _ := incident.TypeOf(name)
	return incident.File{
		ID: id, RoomID: r.ID, Uploader: wang.Person, Filename: name, Kind: kind.Kind, Mime: kind.Mime,
		Size: int64(len(content)), Bucket: r.Store.Bucket(), Key: incident.ObjectKey(r.ID, kind.Kind, id, incident.Ext(name)),
		SHA256: incident.HexDigest(sha256.Sum256([]byte(content))), Scan: incident.Unscanned, UploadedAt: incident.Now(time.Now()),
	}
}

func (r *room) record(f incident.File) { r.t.Helper(); r.append(incident.FileUploaded{File: f}) }

func (r *room) remove(f incident.File) {
	r.t.Helper()
	r.append(incident.FileDeleted{FileID: f.ID, DeletedBy: wang.Person})
}

// open makes the row of an upload that has not ended.
func (r *room) open(f incident.File) {
	r.t.Helper()
	kind, _ := incident.TypeOf(f.Filename)
	err := r.db.Records().OpenUpload(r.t.Context(), incident.Upload{
		FileID: f.ID, RoomID: r.ID, By: wang.Person, Filename: f.Filename, Type: kind, Size: f.Size, Key: f.Key, StartedAt: time.Now(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (p *plant) put(key, content string) string {
	p.t.Helper()
	if err := p.Store.Put(p.t.Context(), key, "text/plain", int64(len(content)), bytes.NewBufferString(content)); err != nil {
		p.t.Fatal(err)
	}
	return key
}

// whole makes a file with its row and its object.
func (r *room) whole(name, content string) incident.File {
	r.t.Helper()
	f := r.newFile(name, content)
	r.put(f.Key, content)
	r.record(f)
	return f
}

func (r *room) partKey(f incident.File, n int) string {
	return fmt.Sprintf("room-%s/part/%s/%08d", r.ID, f.ID, n)
}

// found is what a check reports: kind and key, and what was removed.
type found map[string]reconcile.Finding

func name(kind reconcile.Kind, key string) string { return string(kind) + " " + key }

// inThreeHours is when all that the test puts is older than Grace.
func inThreeHours() time.Time { return time.Now().Add(3 * time.Hour) }

func (p *plant) check(store object.Store, rows reconcile.Rows, opts reconcile.Options) (found, reconcile.Summary, error) {
	p.t.Helper()
	all := found{}
	opts.Report = func(f reconcile.Finding) error {
		key := name(f.Kind, f.Key)
		if _, twice := all[key]; twice {
			p.t.Errorf("%s is reported twice", key)
		}
		all[key] = f
		return nil
	}
	sum, err := reconcile.Check(p.t.Context(), store, rows, opts)
	counted := map[reconcile.Kind]int64{}
	for _, f := range all {
		counted[f.Kind]++
	}
	if !maps.Equal(counted, sum.Findings) {
		p.t.Errorf("counted %v, reported %v", sum.Findings, counted)
	}
	return all, sum, err
}

func (p *plant) mustCheck(opts reconcile.Options) (found, reconcile.Summary) {
	p.t.Helper()
	all, sum, err := p.check(p.Store, p.db.Inventory(), opts)
	if err != nil {
		p.t.Fatal(err)
	}
	return all, sum
}

func (p *plant) want(all found, want ...string) {
	p.t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(all))); diff != "" {
		p.t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// without returns keys less some.
func without(keys []string, gone ...string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return slices.Contains(gone, k) })
}
