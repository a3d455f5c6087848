package main

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"taskreporter/httpapi/client"
)

// Two servers that do not know of each other claim the same room over and over:
// each claim fences the other's activation, which acks nothing any more and
// answers "moved". Whatever was acked is in the one log, once.
func TestTwoActivationsOfARoomNeverBothAppend(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, append(db.env(t), "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))...)
			in.start()
			other := *in
			other.addr = freeAddress(t)
			other.env = append(append([]string(nil), in.env...), "TASK_REPORTER_LISTEN="+other.addr, "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
			other.start()

			wang := in.join("wang", "王小明", "USER")
			room := wang.declare("兩個節點").RoomId
			elsewhere := other.signIn("wang", wang.id, wang.name)

			const each = 60
			acked := make([]map[string]int64, 2)
			var posting sync.WaitGroup
			for i, u := range []*someone{wang, elsewhere} {
				acked[i] = map[string]int64{}
				posting.Go(func() {
					for n := range each {
						id := fmt.Sprintf("n%d-%d", i, n)
						for try := 0; try < 50; try++ {
							res, err := u.PostMessageWithResponse(context.Background(), room, client.NewMessage{ClientMsgId: id, Text: "text " + id})
							if err != nil {
								t.Error(err)
								return
							}
							if res.JSON201 != nil {
								acked[i][id] = res.JSON201.Seq
								break
							}
							if p := problemOf(t, res.Body); !p.Retryable {
								t.Errorf("post %s: %s", id, res.Body)
								return
							}
						}
					}
				})
			}
			posting.Wait()

			at := map[string]int64{}
			epochs := map[int64]bool{}
			lastEpoch := int64(0)
			for i, ev := range readLog(t, wang, room) {
				if ev.Seq != int64(i+1) {
					t.Fatalf("log has seq %d at place %d", ev.Seq, i+1)
				}
				if ev.Epoch < lastEpoch {
					t.Errorf("seq %d has epoch %d after epoch %d: a fenced activation wrote", ev.Seq, ev.Epoch, lastEpoch)
				}
				lastEpoch = ev.Epoch
				epochs[ev.Epoch] = true
				if ev.Message != nil {
					if at[*ev.Message.ClientMsgId] != 0 {
						t.Errorf("%s is stored twice", *ev.Message.ClientMsgId)
					}
					at[*ev.Message.ClientMsgId] = ev.Seq
				}
			}
			for i := range acked {
				if len(acked[i]) != each {
					t.Errorf("server %d acked %d of %d", i, len(acked[i]), each)
				}
				for id, seq := range acked[i] {
					if at[id] != seq {
						t.Errorf("%s was acked at %d and is stored at %d", id, seq, at[id])
					}
				}
			}
			if in.metric("taskreporter_batches_fenced_total")+other.metric("taskreporter_batches_fenced_total") == 0 {
				t.Error("no batch was fenced")
			}
			if len(epochs) < 3 {
				t.Errorf("only %d epochs in the log: the activations did not meet", len(epochs))
			}
			t.Logf("%d epochs in a log of %d", len(epochs), len(at)+2)
		})
	}
}
