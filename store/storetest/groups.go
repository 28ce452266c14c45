package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"troupe/messages"
)

// The writes of a group happen in their order, and each has its result.
func testGroup(k *kit) {
	id := newest()
	t := question(id, 7)
	got := k.apply(
		&messages.EndTrigger{Trigger: id, State: messages.TriggerRefused}, // there is none yet
		&messages.AcceptTrigger{Trigger: t},
		&messages.KeepPart{Trigger: id, Message: 9},
		&messages.AcceptTrigger{Trigger: t},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered},
	)
	known := t
	known.Parts = []messages.MessageID{9}
	k.equal("results", got, []any{
		&messages.Kept{}, &messages.Accepted{Trigger: t, Fresh: true}, &messages.Kept{}, &messages.Accepted{Trigger: known}, &messages.Kept{},
	})
	known.State, known.ReplyText = messages.TriggerAnswered, ""
	k.equal("kept", k.trigger(id), known)
	k.equal("nothing to do", k.apply(), []any(nil))
}

// Who wants to know is told the results once, before they are returned, and of
// nothing that did not happen.
func testWritten(k *kit) {
	id := newest()
	var told [][]any
	written := func(results []any) { told = append(told, results) }
	got, err := k.s.Apply(k.t.Context(), []any{&messages.AcceptTrigger{Trigger: question(id, 7)}}, written)
	if err != nil || len(told) != 1 {
		k.t.Fatalf("told %d times, %v", len(told), err)
	}
	k.equal("told", told[0], got)
	if _, err := k.s.Apply(k.t.Context(), []any{"x"}, written); err == nil || len(told) != 1 {
		k.t.Errorf("told %d times, %v", len(told), err)
	}
}

// A malformed write keeps its whole group out, wherever in it it stands.
func testMalformed(k *kit) {
	id := newest()
	k.accept(7, id)
	for _, bad := range []any{
		nil,
		"x",
		messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered},
		&messages.GetTrigger{},
		&messages.KeepPart{Trigger: id, Part: -1, Message: 1},
		&messages.KeepPart{Trigger: id, Part: 1 << 30, Message: 1},
		&messages.KeepShared{Nonce: "n"},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswering},
		&messages.EndTrigger{Trigger: id},
		&messages.KeepPieces{Pieces: []messages.Piece{piece(id, 1), {Owner: "user/1", From: id, To: id}}},
		&messages.KeepPieces{Pieces: []messages.Piece{{Analyzer: messages.AnalyzerMemory, From: id, To: id}}},
		&messages.KeepPieces{Pieces: []messages.Piece{{Analyzer: messages.AnalyzerMemory, Owner: "user/1"}}},
		&messages.KeepPieces{Pieces: []messages.Piece{{Analyzer: messages.AnalyzerMemory, Owner: "user/1", From: id + 1, To: id}}},
		&messages.KeepPieces{Pieces: []messages.Piece{
			{Analyzer: messages.AnalyzerMemory, Owner: "user/1", From: id, To: id, Text: strings.Repeat("x", messages.MaxPieceText+1)},
		}},
		&messages.SettlePieces{Keep: []messages.Derived{{Key: "fact/1", Value: "1"}}},
		&messages.SettlePieces{Drop: []messages.DerivedKey{{Owner: "user/1"}}},
		&messages.KeepDerived{Keep: []messages.Derived{{Owner: "user/1", Value: "1"}}},
		&messages.KeepDerived{Keep: []messages.Derived{{Owner: "user/1", Key: "fact/1", Sources: []messages.Source{{}}}}},
		&messages.KeepDerived{Drop: []messages.DerivedKey{{Key: "fact/1"}}},
		&messages.ErasePerson{},
	} {
		good := []any{&messages.AcceptTrigger{Trigger: question(id+1, 7)}, &messages.CountAttempt{Trigger: id}}
		for _, group := range [][]any{append([]any{bad}, good...), append(good[:2:2], bad), {good[0], bad, good[1]}} {
			if results, err := k.s.Apply(k.t.Context(), group, nil); err == nil || results != nil {
				k.t.Errorf("%T %+v is taken: %v", bad, bad, results)
			}
		}
	}
	k.equal("what there was", get(k, k.s.Unfinished, 7), []messages.Trigger{question(id, 7)})
}

// A caller whose time is up does not begin.
func testCancelled(k *kit) {
	ctx, cancel := context.WithCancel(k.t.Context())
	cancel()
	id := newest()
	if _, err := k.s.Apply(ctx, []any{&messages.AcceptTrigger{Trigger: question(id, 7)}}, nil); !errors.Is(err, context.Canceled) {
		k.t.Errorf("a write: %v", err)
	}
	if _, _, err := k.s.Trigger(ctx, id); !errors.Is(err, context.Canceled) {
		k.t.Errorf("a read: %v", err)
	}
	k.equal("nothing was kept", k.unfinished(7), []messages.MessageID(nil))
	k.accept(7, id)
}

// Any text is kept as it is, if it is UTF-8.
func testTexts(k *kit) {
	id := newest()
	for i, text := range []string{"", "'; DROP TABLE triggers; --", "a\x00b", "\u2028 \ufffd 🏳️‍🌈", "\r\n\t", large()} {
		id := id + messages.MessageID(i)
		t := question(id, 7)
		t.Text, t.Asker.Name = text, text
		k.apply(&messages.AcceptTrigger{Trigger: t}, &messages.KeepFinal{Trigger: id, Text: text},
			&messages.KeepNote{Owner: text, Key: text, Value: "x" + text})
		t.Final = text
		k.equal("trigger", k.trigger(id), t)
		k.equal("note", get(k, k.s.Notes, text), map[string]string{text: "x" + text})
	}
}

// What is given to the store and what it gives away is not changed through the
// other: its callers are actors that share no memory.
func testNotShared(k *kit) {
	id := newest()
	t := question(id, 7)
	covers := []messages.MessageID{id}
	accepted := k.apply(&messages.AcceptTrigger{Trigger: t}, &messages.KeepShared{Nonce: "n", Covers: covers},
		&messages.KeepPart{Trigger: id, Message: 1}, &messages.KeepNote{Owner: "o", Key: "k", Value: "v"})
	spoil := func(t messages.Trigger) {
		t.Attachments[0].Name = "spoilt"
		for i := range t.Parts {
			t.Parts[i] = 666
		}
	}
	spoil(t)
	spoil(accepted[0].(*messages.Accepted).Trigger)
	spoil(k.trigger(id))
	spoil(get(k, k.s.Unfinished, 7)[0])
	d := derived("user/1", "fact/1", messages.Source{Message: 1})
	k.apply(&messages.KeepDerived{Keep: []messages.Derived{d}})
	d.Sources[0].Message = 666
	get(k, k.s.Kept, "user/1").Derived[0].Sources[0].Message = 666
	spoil(get(k, k.s.Person, t.Asker.ID).Triggers[0])
	covers[0] = 666
	get(k, k.s.Shared, id)[0].Covers[0] = 666
	get(k, k.s.Notes, "o")["k"] = "spoilt"

	want := question(id, 7)
	want.Parts = []messages.MessageID{1}
	k.equal("trigger", k.trigger(id), want)
	k.equal("shared", get(k, k.s.Shared, id), []messages.KeepShared{{Nonce: "n", Covers: []messages.MessageID{id}}})
	k.equal("notes", get(k, k.s.Notes, "o"), map[string]string{"k": "v"})
	k.equal("derived", get(k, k.s.Kept, "user/1").Derived, []messages.Derived{derived("user/1", "fact/1", messages.Source{Message: 1})})
}

// Many write and read at once; a group is seen whole or not at all, and who has
// an answer sees what it wrote.
func testConcurrent(k *kit) {
	const writers, groups = 8, 15
	var all sync.WaitGroup
	for w := range writers {
		channel := messages.ChannelID(w + 1)
		all.Go(func() {
			for g := range groups {
				id := newest() + messages.MessageID(w*1000+g*2)
				_, err := k.s.Apply(k.t.Context(), []any{
					&messages.AcceptTrigger{Trigger: question(id, channel)}, &messages.AcceptTrigger{Trigger: question(id+1, channel)},
					&messages.KeepPart{Trigger: id, Message: id}, &messages.KeepNote{Owner: "all", Key: channel.String(), Value: id.String()},
				}, nil)
				found, err2 := k.s.Unfinished(k.t.Context(), channel)
				if err := errors.Join(err, err2); err != nil || len(found) != 2*(g+1) {
					k.t.Errorf("after %d groups there are %d triggers, %v", g+1, len(found), err)
				}
			}
		})
		all.Go(func() {
			for range groups {
				found, err := k.s.Unfinished(k.t.Context(), channel)
				_, err2 := k.s.UnfinishedChannels(k.t.Context())
				notes, err3 := k.s.Notes(k.t.Context(), "all")
				if err := errors.Join(err, err2, err3); err != nil || len(found)%2 != 0 || len(notes) > writers {
					k.t.Errorf("half a group is seen: %d triggers, %v", len(found), err)
				}
			}
		})
	}
	all.Wait()
	k.equal("all have left a note", len(get(k, k.s.Notes, "all")), writers)
}

// A closed store says so, and does not pretend to have kept anything.
func testClosed(k *kit) {
	if err := k.s.Close(); err != nil {
		k.t.Error(err)
	}
	ctx := k.t.Context()
	_, apply := k.s.Apply(ctx, []any{&messages.CountAttempt{}}, nil)
	_, _, trigger := k.s.Trigger(ctx, 1)
	_, unfinished := k.s.Unfinished(ctx, 1)
	_, channels := k.s.UnfinishedChannels(ctx)
	_, shared := k.s.Shared(ctx, 1)
	_, session := k.s.Session(ctx, 1)
	_, directs := k.s.Directs(ctx, 1)
	_, attempts := k.s.Attempts(ctx, time.Time{})
	_, notes := k.s.Notes(ctx, "x")
	_, quarantined := k.s.Quarantined(ctx)
	_, pieces := k.s.Pieces(ctx, messages.AnalyzerMemory, 1)
	_, kept := k.s.Kept(ctx, "x")
	_, person := k.s.Person(ctx, 1)
	for i, err := range []error{apply, trigger, unfinished, channels, shared, session, directs, attempts, notes, quarantined, pieces, kept, person} {
		if err == nil {
			k.t.Errorf("call %d succeeds", i)
		}
	}
}
