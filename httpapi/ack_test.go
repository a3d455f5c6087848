package httpapi

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnAckReadsAsTheContractSays(t *testing.T) { // F-RT-09
	t.Parallel()
	for _, at := range []time.Time{
		time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 23, 8, 0, 0, 120_000, time.UTC),
	} {
		want := AckFrame{
			Type: Ack, RoomId: "01a20831-24ee-72d7-a5b1-15793b5221dd", ClientMsgId: "a_B-9",
			MessageId: "01a20831-48d5-7924-85e3-b476e78e6572", Seq: 1 << 40, At: at,
		}
		got := ackFrame(want.RoomId, want.ClientMsgId, want.MessageId, want.Seq, want.At)
		if diff := cmp.Diff(string(encode(want)), string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkAck(b *testing.B) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 120_000, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		ackFrame("01a20831-24ee-72d7-a5b1-15793b5221dd", "a_B-9", "01a20831-48d5-7924-85e3-b476e78e6572", 1<<40, at)
	}
}
