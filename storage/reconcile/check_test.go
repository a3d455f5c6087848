package reconcile_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/reconcile"
)

// F-UP-32, F-DL-04: what is planted is found, and nothing else; repair removes the
// orphans, and nothing else.
func TestCheckFindsWhatDisagrees(t *testing.T) {
	onAll(t, func(t *testing.T, p *plant) {
		a, b, empty, last := p.room(), p.room(), p.room(), p.room()
		for _, r := range []*room{a, b, last} {
			photo := r.whole("主軸.jpg", "a photo")
			p.put(incident.ThumbnailKey(r.ID, photo.ID), "its preview")
			r.whole("SOP.pdf", "a document")
			r.remove(r.whole("deleted.log", "its object stays"))
		}
		a.whole("no preview.png", "a photo whose preview was lost")

		var orphans, removable, want []string // keys, their findings, all other findings
		orphan := func(key string) {
			orphans = append(orphans, p.put(key, "nobody's"))
			removable = append(removable, name(reconcile.Orphan, key))
		}
		finds := func(kind reconcile.Kind, key string) { want = append(want, name(kind, key)) }

		orphan(a.newFile("left.jpg", "").Key)
		orphan(empty.newFile("left.log", "").Key) // the room has no row at all
		orphan(incident.ThumbnailKey(b.ID, b.newFile("left.jpg", "").ID))
		ended, recorded := a.newFile("ended.pdf", ""), a.whole("recorded.pdf", "a document")
		for i := range 3 {
			orphan(a.partKey(ended, i))
			orphan(a.partKey(recorded, i))
		}

		lost := b.newFile("lost.jpg", "gone")
		b.record(lost)
		deleted := b.newFile("lost and deleted.jpg", "gone")
		b.record(deleted)
		b.remove(deleted)
		only := p.room()
		alone := only.newFile("lost.csv", "the room has no object at all")
		only.record(alone)
		for _, f := range []incident.File{lost, deleted, alone} {
			finds(reconcile.Lost, f.Key)
		}
		short := a.whole("truncated.log", "0123456789")
		finds(reconcile.Size, p.put(short.Key, "01234"))
		changed := a.whole("changed.log", "0123456789")
		p.put(changed.Key, "0123456780")

		p.put("readme.txt", "of a person")
		other := a.whole("other.jpg", "a photo")
		elsewhere := incident.ObjectKey(a.ID, incident.Image, other.ID, "png")
		unknown := incident.ObjectKey(incident.RoomID(uuid.NewString()), incident.Log, incident.FileID(uuid.NewString()), "log")
		finds(reconcile.Foreign, "readme.txt")
		finds(reconcile.Foreign, p.put(elsewhere, "x"))
		fresh := slices.Clone(want)
		finds(reconcile.Foreign, p.put(unknown, "of another installation"))

		live := a.newFile("live.pdf", "0123456789")
		a.open(live)
		p.put(live.Key, "0123456789") // its bytes are whole, its row is not there yet
		p.put(a.partKey(live, 0), "01234")
		p.put(a.partKey(live, 1), "56789")

		// Now everything is fresh.
		before := p.Keys(t)
		got, sum := p.mustCheck(reconcile.Options{Now: time.Now(), Repair: true})
		p.want(got, fresh...)
		if sum.Removed != 0 || sum.UnderWay != int64(len(orphans))+4 || !slices.Equal(p.Keys(t), before) {
			t.Errorf("fresh objects were touched: %+v", sum)
		}

		got, sum = p.mustCheck(reconcile.Options{Now: inThreeHours()})
		p.want(got, slices.Concat(removable, want)...)
		if sum.Objects != int64(len(before)) || sum.Files != 17 || sum.UnderWay != 3 || sum.Removed != 0 || sum.Left() != int64(len(orphans)+len(want)) {
			t.Errorf("%+v", sum)
		}
		if !slices.Equal(p.Keys(t), before) {
			t.Error("a check without repair changed the store")
		}
		f := got[name(reconcile.Lost, deleted.Key)]
		if f.Object != nil || f.Number != b.Number || f.RoomID != b.ID || f.FileID != deleted.ID || f.File.Uploader != wang.Person ||
			f.File.Filename != deleted.Filename || f.File.DeletedAt == nil {
			t.Errorf("a lost file is reported as %+v", f)
		}
		f = got[name(reconcile.Size, short.Key)]
		if f.Object.Size != 5 || f.File.Size != 10 || f.Number != a.Number {
			t.Errorf("a truncated one as %+v", f)
		}
		if f = got[name(reconcile.Orphan, orphans[0])]; f.File != nil || f.Object.Size != 8 || f.Number != a.Number || time.Since(f.Object.Modified) > time.Hour {
			t.Errorf("an orphan as %+v", f)
		}

		finds(reconcile.Hash, changed.Key)
		got, sum = p.mustCheck(reconcile.Options{Now: inThreeHours(), Deep: true, Repair: true})
		p.want(got, slices.Concat(removable, want)...)
		if f := got[name(reconcile.Hash, changed.Key)]; f.Object.SHA256 == f.File.SHA256 || len(f.Object.SHA256) != 64 {
			t.Errorf("changed bytes as %+v", f)
		}
		if sum.Removed != int64(len(orphans)) || sum.Left() != int64(len(want)) {
			t.Errorf("repaired %+v", sum)
		}
		if !slices.Equal(p.Keys(t), without(before, orphans...)) {
			t.Errorf("repair left %q of %q", p.Keys(t), before)
		}

		// F-UP-32: a second run finds what repair cannot mend, and nothing new.
		got, _ = p.mustCheck(reconcile.Options{Now: inThreeHours(), Deep: true, Repair: true})
		p.want(got, want...)
	})
}

// F-UP-32: an installation in which all is well, under way included, is clean.
func TestCheckIsCleanWhereAllIsWell(t *testing.T) {
	onAll(t, func(t *testing.T, p *plant) {
		for range 3 {
			r := p.room()
			f := r.whole("a.jpg", "a photo")
			p.put(incident.ThumbnailKey(r.ID, f.ID), "its preview")
			live := r.newFile("b.log", "0123456789")
			r.open(live)
			p.put(r.partKey(live, 0), "0123")
		}
		before := p.Keys(t)
		got, sum := p.mustCheck(reconcile.Options{Now: inThreeHours(), Deep: true, Repair: true})
		p.want(got)
		if sum.Left() != 0 || sum.Files != 3 || sum.UnderWay != 3 || !slices.Equal(p.Keys(t), before) {
			t.Errorf("%+v", sum)
		}
	})
}

// lively is a store in which something happens while it is listed.
type lively struct {
	object.Store
	listed func() // after the list was made, before it is read
	first  func() // after its first entry was looked at
}

func (l lively) List(ctx context.Context, prefix string, each func(object.Entry) error) error {
	var all []object.Entry
	err := l.Store.List(ctx, prefix, func(e object.Entry) error { all = append(all, e); return nil })
	if err != nil {
		return err
	}
	l.listed()
	for i, e := range all {
		if err := each(e); err != nil {
			return err
		}
		if i == 0 {
			l.first()
		}
	}
	return nil
}

// F-UP-32: uploads go on while a check runs, and none of them is a finding or is
// touched.
func TestCheckIsNotFooledByWhatHappensMeanwhile(t *testing.T) {
	onAll(t, func(t *testing.T, p *plant) {
		rooms := []*room{p.room(), p.room(), p.room()}
		slices.SortFunc(rooms, func(a, b *room) int {
			if a.ID < b.ID {
				return -1
			}
			return 1
		})
		var ending []incident.File // their rows come when the rows have been read
		for _, r := range rooms {
			r.whole("a.jpg", "a photo")
			f := r.newFile("ending.log", "0123456789")
			r.open(f)
			p.put(f.Key, "0123456789")
			ending = append(ending, f)
		}
		truncated := rooms[2].newFile("again.log", "0123456789")
		p.put(truncated.Key, "01234")
		rooms[2].record(truncated)
		store := lively{
			Store: p.Store,
			listed: func() {
				for _, r := range rooms {
					r.whole("new.pdf", "put and recorded after the list")
				}
				p.put(truncated.Key, "0123456789")
			},
			first: func() {
				for i, r := range rooms[1:] {
					r.record(ending[i+1])
				}
			},
		}
		got, sum, err := p.check(store, p.db.Inventory(), reconcile.Options{Now: inThreeHours(), Repair: true})
		if err != nil {
			t.Fatal(err)
		}
		p.want(got)
		if sum.Removed != 0 || sum.UnderWay != 1 || len(p.Keys(t)) != 10 {
			t.Errorf("%+v, and the store holds %q", sum, p.Keys(t))
		}
	})
}

// broken is a store that does not give some bytes, or has gone away.
type broken struct {
	object.Store
	key  string
	down bool
}

var errBroken = incident.Wrap(incident.StoreDown, "test", errors.New("input/output error"), "away")

func (b broken) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if key == b.key {
		return nil, errBroken
	}
	return b.Store.Open(ctx, key)
}

func (b broken) Check(ctx context.Context) error {
	if b.down {
		return errBroken
	}
	return b.Store.Check(ctx)
}

// F-UP-32: an object that cannot be read is a finding; a store that is away is none.
func TestCheckTellsADamagedObjectFromAStoreThatIsAway(t *testing.T) {
	onAll(t, func(t *testing.T, p *plant) {
		r := p.room()
		bad := r.whole("bad.jpg", "a photo")
		r.whole("good.jpg", "a photo")
		deep := reconcile.Options{Now: inThreeHours(), Deep: true}
		got, _, err := p.check(broken{Store: p.Store, key: bad.Key}, p.db.Inventory(), deep)
		if err != nil {
			t.Fatal(err)
		}
		p.want(got, name(reconcile.Unreadable, bad.Key))
		got, _, err = p.check(broken{Store: p.Store, key: bad.Key, down: true}, p.db.Inventory(), deep)
		if incident.KindOf(err) != incident.StoreDown {
			t.Errorf("%v, want store_unavailable", err)
		}
		p.want(got)
	})
}

// cut is a store whose list breaks off.
type cut struct{ object.Store }

func (c cut) List(ctx context.Context, prefix string, each func(object.Entry) error) error {
	err := c.Store.List(ctx, prefix, func(e object.Entry) error {
		return errors.Join(each(e), errBroken)
	})
	return err
}

// A list that breaks off makes no file lost.
func TestCheckFindsNothingInHalfAList(t *testing.T) {
	onAll(t, func(t *testing.T, p *plant) {
		for range 3 {
			p.room().whole("a.jpg", "a photo")
		}
		got, sum, err := p.check(cut{p.Store}, p.db.Inventory(), reconcile.Options{Now: inThreeHours(), Repair: true})
		if incident.KindOf(err) != incident.StoreDown || sum.Objects != 1 {
			t.Errorf("%v after %d objects, want store_unavailable after 1", err, sum.Objects)
		}
		p.want(got)
	})
}
