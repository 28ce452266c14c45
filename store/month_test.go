package store

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// A month of traffic, pruned each hour as the journal does, leaves a file that
// is bounded by what a week holds: it grows until the horizon is reached, and
// then the room of what is forgotten is used again.
func TestMonth(t *testing.T) {
	t.Parallel()
	const horizon, days = 7, 30
	perHour := 125 // 3000 a day
	if raced {
		perHour = 8
	}
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	var (
		r       = rand.New(rand.NewPCG(1, 2))
		now     = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		content [days]int64 // bytes that were written each day
		full    int64       // size of the file when the horizon was reached
	)
	for range maxQuarantine { // as many as there ever are
		apply(t, s, &messages.Quarantine{Actor: "turn", Stack: strings.Repeat("x", 500)})
	}
	for day := range days {
		for range 24 {
			var writes []any
			for range perHour {
				now = now.Add(time.Hour / time.Duration(perHour))
				one, size := traffic(r, now)
				writes = append(writes, one...)
				content[day] += int64(size)
			}
			apply(t, s, append(writes,
				&messages.KeepAlive{At: now}, &messages.KeepSession{Session: messages.Session{ID: now.String(), Seq: now.Unix()}},
				&messages.KeepNote{Owner: "guild/1", Key: "persona", Value: now.String()},
				&messages.Quarantine{Actor: "turn", Stack: strings.Repeat("x", 500)},
			)...)
			forget(t, s, messages.MessageIDAt(now.Add(-horizon*24*time.Hour)))
		}
		var held int64
		for _, n := range content[max(0, day-horizon) : day+1] {
			held += n
		}
		pages, free := pagesOf(t, s)
		size := pages * 4096
		if size > held*3/2+1<<20 {
			t.Fatalf("on day %d the file has %d KiB, for %d KiB of content", day+1, size>>10, held>>10)
		}
		if day > horizon && free > pages/10 {
			t.Errorf("on day %d, %d pages of %d are free", day+1, free, pages)
		}
		if size := sizeOf(t, path+"-wal"); size > 16<<20 {
			t.Errorf("on day %d the log has %d KiB", day+1, size>>10)
		}
		if day == horizon {
			full = size
		}
	}
	if end, _ := pagesOf(t, s); end*4096 > full*11/10 {
		t.Errorf("when the horizon was reached the file had %d KiB, at the end %d", full>>10, end*4096>>10)
	}
	directs, err := s.Directs(t.Context(), 1e9)
	if err != nil || len(directs) > maxDirects {
		t.Errorf("%d direct messages are kept, %v", len(directs), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// pagesOf returns how many pages a file has, and how many are of no use now.
func pagesOf(t *testing.T, s Store) (pages, free int64) {
	t.Helper()
	row := s.(*file).write.QueryRowContext(t.Context(), `SELECT * FROM pragma_page_count, pragma_freelist_count`)
	if err := row.Scan(&pages, &free); err != nil {
		t.Fatal(err)
	}
	return pages, free
}

// traffic is all that is written about one trigger, and how many bytes of
// content are in it.
func traffic(r *rand.Rand, at time.Time) (writes []any, size int) {
	id := messages.MessageIDAt(at) + messages.MessageID(r.IntN(1<<22))
	t := messages.Trigger{
		ID: id, Kind: messages.TriggerMention, Channel: 175928847299117063 + messages.ChannelID(r.IntN(300)), Guild: messages.GuildID(r.IntN(5)),
		Asker: messages.User{ID: 175928847299117063, Name: "ann"}, Text: strings.Repeat("why? ", 1+r.IntN(100)), Accepted: at,
	}
	if t.Guild == 0 {
		t.Kind, t.Channel = messages.TriggerDirect, messages.ChannelID(r.Uint64N(1<<60)) // somebody new
	}
	writes = []any{&messages.AcceptTrigger{Trigger: t}, &messages.AttemptMade{
		ID: uint64(id), Model: "gemini-2.5-flash", At: at, Input: 2000, Output: 300, Cost: 0.001,
	}}
	size = 500 + len(t.Text)
	for part := range 1 + r.IntN(3) {
		writes = append(writes, &messages.KeepPart{Trigger: id, Part: part, Message: id + messages.MessageID(part)})
		size += 40
	}
	final := strings.Repeat("because ", 1+r.IntN(500))
	if r.IntN(10) == 0 {
		writes = append(writes, &messages.KeepShared{Nonce: id.String(), Covers: []messages.MessageID{id, id - 1, id - 2}})
		size += 300
	}
	writes = append(writes, &messages.KeepFinal{Trigger: id, Text: final}, &messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered},
		&messages.KeepTrace{Trace: messages.Trace{Trigger: id, Share: id.String(), Parts: []messages.MessageID{id}, Steps: make([]messages.TraceStep, 12)}})
	return writes, size + 1500 // the trace; the answer goes with the outcome
}

// forget prunes until there is nothing more.
func forget(t *testing.T, s Store, before messages.MessageID) {
	t.Helper()
	for {
		results, err := s.Apply(t.Context(), []any{&messages.Prune{Before: before}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !results[0].(*messages.Pruned).More {
			return
		}
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
