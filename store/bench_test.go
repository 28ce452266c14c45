package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
	"troupe/store"
)

// A group costs one flush: 100 accepts in one take little longer than one.
// BenchmarkFlush is what a flush alone costs on this disk.
func BenchmarkApply(b *testing.B) {
	for _, engine := range []string{"memory", "sqlite"} {
		for _, size := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%d", engine, size), func(b *testing.B) {
				address := "memory:"
				if engine == "sqlite" {
					address = "sqlite:" + filepath.Join(b.TempDir(), "troupe.db")
				}
				s, err := store.Open(b.Context(), address)
				if err != nil {
					b.Fatal(err)
				}
				id := messages.MessageID(1)
				writes := make([]any, size)
				for b.Loop() {
					for i := range writes {
						writes[i] = &messages.AcceptTrigger{Trigger: question(id)}
						id++
					}
					if _, err := s.Apply(b.Context(), writes, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/accept")
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkFlush writes one page of 4 KiB to a file and flushes it.
func BenchmarkFlush(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkUnfinished reads the triggers of one channel among many.
func BenchmarkUnfinished(b *testing.B) {
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "troupe.db"))
	if err != nil {
		b.Fatal(err)
	}
	var writes []any
	for id := range messages.MessageID(10_000) {
		t := question(id + 1)
		t.Channel = messages.ChannelID(id % 1000)
		writes = append(writes, &messages.AcceptTrigger{Trigger: t}, &messages.KeepPart{Trigger: t.ID, Message: 1})
	}
	if _, err := s.Apply(b.Context(), writes, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if found, err := s.Unfinished(b.Context(), 7); err != nil || len(found) != 10 {
			b.Fatal(len(found), err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func question(id messages.MessageID) messages.Trigger {
	return messages.Trigger{
		ID: id, Kind: messages.TriggerMention, Channel: 175928847299117063, Guild: 175928847299117063,
		Asker: messages.User{ID: 175928847299117063, Name: "ann"}, Text: strings.Repeat("what is this? ", 10),
	}
}
