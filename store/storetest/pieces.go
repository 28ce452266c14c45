package storetest

import (
	"fmt"
	"strings"

	"troupe/messages"
)

// piece is what a person said, for the memory.
func piece(id messages.MessageID, person messages.UserID) messages.Piece {
	return messages.Piece{
		Analyzer: messages.AnalyzerMemory, Owner: person.Owner(), Guild: 9007199254740993, Channel: 1<<64 - 1, From: id, To: id,
		Person: person, Text: "i like \"tea\" ❤\n",
	}
}

// stretch is a part of a channel, for the summary.
func stretch(from, to messages.MessageID, channel messages.ChannelID) messages.Piece {
	return messages.Piece{Analyzer: messages.AnalyzerSummary, Owner: channel.Owner(), Channel: channel, From: from, To: to}
}

// keep adds to the backlogs.
func (k *kit) keep(pieces ...messages.Piece) {
	k.t.Helper()
	k.equal("answer", k.apply(&messages.KeepPieces{Pieces: pieces}), []any{&messages.Kept{}})
}

// pieces returns the eldest work of an analyzer.
func (k *kit) pieces(analyzer messages.Analyzer) messages.Pieces {
	k.t.Helper()
	found, err := k.s.Pieces(k.t.Context(), analyzer, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	return found
}

// backlog checks what the eldest work of an analyzer is, but for its IDs, and how
// much there is in all.
func (k *kit) backlog(what string, analyzer messages.Analyzer, all int, want ...messages.Piece) []messages.Piece {
	k.t.Helper()
	found := k.pieces(analyzer)
	var got []messages.Piece
	for i, p := range found.Pieces {
		if p.ID == 0 || i > 0 && p.ID <= found.Pieces[i-1].ID {
			k.t.Errorf("%s: piece %d has the ID %d", what, i, p.ID)
		}
		p.ID = 0
		got = append(got, p)
	}
	k.equal(what, got, want)
	k.equal(what+": backlog", found.Backlog, all)
	return found.Pieces
}

// The work of an analyzer is that of the owner whose turn it is, the eldest first.
func testPieces(k *kit) {
	id := newest()
	k.backlog("nothing", messages.AnalyzerMemory, 0)
	first, other, second := piece(id+9, 1), piece(id, 2), piece(id+3, 1)
	s := stretch(1, 1<<64-1, 7)
	k.keep(first, other)
	k.keep(second, s)
	k.backlog("of the first", messages.AnalyzerMemory, 3, first, second)
	k.backlog("of another analyzer", messages.AnalyzerSummary, 1, s)
	k.backlog("of none", messages.AnalyzerLore, 0)
	for limit, want := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 2, 3: 2} {
		found, err := k.s.Pieces(k.t.Context(), messages.AnalyzerMemory, limit)
		if err != nil || len(found.Pieces) != want || found.Backlog != 3 {
			k.t.Errorf("at most %d: %+v, %v", limit, found, err)
		}
	}
	long := piece(id+10, 3)
	long.Text = strings.Repeat("x", messages.MaxPieceText)
	long.Analyzer = messages.AnalyzerBehaviour
	k.keep(long)
	k.backlog("a long one", messages.AnalyzerBehaviour, 1, long)
}

// Work that is kept again is other work: what was read before cannot be settled.
func testPiecesAgain(k *kit) {
	id := newest()
	one, two := piece(id, 1), piece(id+1, 1)
	k.keep(one, two)
	before := k.backlog("at first", messages.AnalyzerMemory, 2, one, two)
	edited := one
	edited.Text = "i like coffee"
	k.keep(edited)
	after := k.backlog("edited", messages.AnalyzerMemory, 2, two, edited)
	k.equal("settled before", k.settle(before), false)
	k.backlog("still", messages.AnalyzerMemory, 2, two, edited)
	k.equal("settled", k.settle(after), true)
	k.backlog("done", messages.AnalyzerMemory, 0)

	k.keep(one)
	again := k.backlog("kept after all were gone", messages.AnalyzerMemory, 1, one)
	if newest := after[1].ID; again[0].ID <= newest {
		k.t.Errorf("the ID %d is not above %d", again[0].ID, newest)
	}
	longer := stretch(id-5, id, 7)
	k.keep(stretch(id-2, id, 7), stretch(id-2, id, 8), longer)
	k.backlog("a stretch that ends with the same message", messages.AnalyzerSummary, 2, stretch(id-2, id, 8))
}

// settle ends work, and reports whether that was done.
func (k *kit) settle(pieces []messages.Piece, keep ...messages.Derived) bool {
	k.t.Helper()
	return k.apply(&messages.SettlePieces{Pieces: pieces, Keep: keep})[0].(*messages.Settled).Done
}

// Work is settled with what it came to, or not at all.
func testSettle(k *kit) {
	id := newest()
	k.keep(piece(id, 1), piece(id+1, 1), piece(id+2, 2))
	work := k.pieces(messages.AnalyzerMemory).Pieces
	k.apply(&messages.KeepDerived{Keep: []messages.Derived{derived("user/1", "fact/1", messages.Source{Message: 5, Person: 1}), derived("user/1", "fact/2")}})
	two := derived("user/1", "fact/3", messages.Source{Message: id + 1})
	settle := &messages.SettlePieces{
		Pieces: append(work, messages.Piece{ID: work[1].ID + 1000}), Keep: []messages.Derived{two},
		Drop: []messages.DerivedKey{{Owner: "user/1", Key: "fact/1"}, {Owner: "user/9", Key: "fact/1"}},
	}
	before := get(k, k.s.Kept, "user/1")
	got := k.apply(settle, &messages.KeepNote{Owner: "user/1", Key: "a", Value: "b"}, &messages.SettlePieces{Pieces: []messages.Piece{piece(id, 1)}})
	k.equal("one of them is unknown", got, []any{&messages.Settled{}, &messages.Kept{}, &messages.Settled{}})
	k.equal("nothing has happened", get(k, k.s.Kept, "user/1").Derived, before.Derived)
	k.backlog("nothing is gone", messages.AnalyzerMemory, 3, piece(id, 1), piece(id+1, 1))

	settle.Pieces = append(work, work[0]) // once is enough
	k.equal("twice", k.apply(settle, settle), []any{&messages.Settled{Done: true}, &messages.Settled{}})
	k.equal("kept", get(k, k.s.Kept, "user/1").Derived, []messages.Derived{derived("user/1", "fact/2"), two})
	k.backlog("what is left", messages.AnalyzerMemory, 1, piece(id+2, 2))
	k.equal("no source of what was dropped", k.apply(&messages.ForgetSources{Messages: []messages.MessageID{5}}), []any{&messages.SourcesForgotten{}})
}

// Work that crashed its analyzer leaves the backlog, and is kept in quarantine
// unless it was gone.
func testQuarantineWork(k *kit) {
	id := newest()
	k.keep(piece(id, 1), piece(id+1, 1), piece(id+2, 1), piece(id+3, 1))
	work := k.pieces(messages.AnalyzerMemory).Pieces
	k.settle(work[3:])
	for _, p := range append(work, messages.Piece{}) {
		k.apply(&messages.Quarantine{Actor: "memory", Message: "m", Piece: p})
	}
	k.apply(&messages.Quarantine{Actor: "memory", Message: "m", Piece: work[0]})
	k.backlog("left", messages.AnalyzerMemory, 0)
	contained := func(what string, want ...messages.Piece) {
		k.t.Helper()
		var got []messages.Piece
		for _, q := range list(k, k.s.Quarantined) {
			got = append(got, q.Piece)
		}
		k.equal(what, got, want)
	}
	none := messages.Piece{}
	contained("there are", none, none, none, work[2], work[1], work[0])
	k.apply(&messages.ForgetSources{Messages: []messages.MessageID{id + 1, 0}})
	contained("a source is gone", none, none, none, work[2], none, work[0])
	k.apply(&messages.ErasePerson{User: 2})
	contained("another is erased", none, none, none, work[2], none, work[0])
	k.apply(&messages.ErasePerson{User: 1})
	contained("they are erased", none, none, none, none, none, none)
}

// derived is something with a value of its own.
func derived(owner, key string, sources ...messages.Source) messages.Derived {
	return messages.Derived{Owner: owner, Key: key, Value: fmt.Sprintf(`{"text":"%s of %s"}`, key, owner), Sources: sources}
}
