package storetest

import (
	"strconv"
	"strings"
	"time"

	"troupe/messages"
)

// A shard has a session and a time when it was alive, each without the other.
func testSession(k *kit) {
	k.equal("none", get(k, k.s.Session, 0), messages.SessionFound{})
	one := messages.Session{ID: "abc", ResumeURL: "wss://x", Seq: 1 << 40}
	alive := time.UnixMilli(1770000000123)
	k.apply(&messages.KeepSession{Shard: 0, Session: one}, &messages.KeepAlive{Shard: 3, At: alive.Add(999 * time.Microsecond)})
	k.equal("a session", get(k, k.s.Session, 0), messages.SessionFound{Session: one, Found: true})
	k.equal("alive", get(k, k.s.Session, 3), messages.SessionFound{Alive: alive, Found: true})

	two := messages.Session{ID: "def", ResumeURL: "wss://y"}
	k.apply(&messages.KeepAlive{Shard: 0, At: alive}, &messages.KeepSession{Shard: 3, Session: two})
	k.equal("both", get(k, k.s.Session, 0), messages.SessionFound{Session: one, Alive: alive, Found: true})
	k.equal("both, the other way", get(k, k.s.Session, 3), messages.SessionFound{Session: two, Alive: alive, Found: true})
	k.apply(&messages.KeepSession{Shard: 0, Session: messages.Session{}}, &messages.KeepAlive{Shard: 0, At: alive.Add(time.Hour), Skew: -time.Microsecond})
	k.equal("forgotten", get(k, k.s.Session, 0), messages.SessionFound{Alive: alive.Add(time.Hour), Skew: -time.Microsecond, Found: true})
	k.equal("of no shard", get(k, k.s.Session, 1), messages.SessionFound{})
}

// direct is a question in a direct message.
func direct(id messages.MessageID, channel messages.ChannelID) *messages.AcceptTrigger {
	t := question(id, channel)
	t.Guild = 0
	return &messages.AcceptTrigger{Trigger: t}
}

// Direct messages are told by their newest trigger, whatever became of it, in
// whatever order and how often triggers come. Those of guilds are not.
func testDirects(k *kit) {
	id := newest()
	directs := func(limit int) []messages.ChannelID { k.t.Helper(); return get(k, k.s.Directs, limit) }
	k.equal("none", directs(9), []messages.ChannelID(nil))
	k.accept(7, id+9)
	k.apply(direct(id+5, 3), direct(id+1, 4), direct(id+2, 1<<64-1), direct(id+3, 4), direct(id+1, 4), direct(id+3, 3))
	k.equal("the one used last first", directs(9), []messages.ChannelID{3, 4, 1<<64 - 1})
	k.equal("bounded", directs(2), []messages.ChannelID{3, 4})
	k.equal("no room", directs(0), []messages.ChannelID(nil))
	k.equal("no room at all", directs(-1), []messages.ChannelID(nil))

	k.apply(&messages.EndTrigger{Trigger: id + 5, State: messages.TriggerAnswered}, &messages.Prune{Before: id + 6})
	k.equal("pruned", directs(9), []messages.ChannelID{3, 4, 1<<64 - 1})
	k.apply(direct(id+6, 4))
	k.equal("used again", directs(9), []messages.ChannelID{4, 3, 1<<64 - 1})
}

// Of very many direct messages those stay that were used last.
func testManyDirects(k *kit) {
	const kept, more = 10_000, 5
	id := newest()
	var all []any
	for i := range kept + more {
		all = append(all, direct(id+messages.MessageID(i), messages.ChannelID(i+1)))
	}
	k.apply(all...)
	for range 3 {
		k.apply(&messages.Prune{Before: id})
	}
	found := get(k, k.s.Directs, kept+more)
	if len(found) != kept || found[0] != kept+more || found[kept-1] != more+1 {
		k.t.Errorf("%d are kept, from %v to %v", len(found), found[0], found[len(found)-1])
	}
}

// Requests to models are told from a time on, the oldest first, those of one
// millisecond by their IDs.
func testAttempts(k *kit) {
	at := time.UnixMilli(1770000000123)
	made := func(id uint64, after time.Duration, model string) messages.AttemptMade {
		return messages.AttemptMade{ID: id, Model: model, At: at.Add(after), Input: 10, Output: 20, Cost: 0.000125}
	}
	later, first, same := made(1, time.Minute, "c"), made(1<<63, 0, "a"), made(2, 0, "b")
	k.apply(&later, &first, &same)
	k.equal("all", get(k, k.s.Attempts, time.Time{}), []messages.AttemptMade{first, same, later})
	k.equal("from the first on", get(k, k.s.Attempts, at), []messages.AttemptMade{first, same, later})
	k.equal("after the first", get(k, k.s.Attempts, at.Add(time.Millisecond)), []messages.AttemptMade{later})
	k.equal("after all", get(k, k.s.Attempts, at.Add(time.Hour)), []messages.AttemptMade(nil))
	finer := messages.AttemptMade{ID: 3, At: at.Add(time.Hour + 999*time.Microsecond)}
	k.apply(&finer)
	k.equal("to the millisecond", get(k, k.s.Attempts, at.Add(time.Hour+500*time.Microsecond)), []messages.AttemptMade{{ID: 3, At: at.Add(time.Hour)}})
}

// A request that was noted before it was sent is one with what it turned out to
// have used, however often that is told; one that was taken back is none.
func testIntents(k *kit) {
	at := time.UnixMilli(1770000000123)
	ended := messages.AttemptMade{ID: 7, Model: "n", At: at, Input: 90, Output: 20, Cost: 2}
	for _, id := range []uint64{7, 8} {
		k.intend(messages.AttemptMade{ID: id, Model: "m", At: at, Input: 100, Cost: 1})
	}
	k.unintend(8)
	k.apply(&ended)
	k.apply(&ended)
	for _, id := range []uint64{7, 8, 5} { // it ended, is gone, never was
		k.unintend(id)
	}
	k.equal("at its end", get(k, k.s.Attempts, time.Time{}), []messages.AttemptMade{ended})
}

func (k *kit) intend(a messages.AttemptMade) {
	k.t.Helper()
	if err := k.s.Intend(k.t.Context(), a); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) unintend(id uint64) {
	k.t.Helper()
	if err := k.s.Unintend(k.t.Context(), id); err != nil {
		k.t.Fatal(err)
	}
}

func testNotes(k *kit) {
	note := func(owner, key, value string) *messages.KeepNote {
		return &messages.KeepNote{Owner: owner, Key: key, Value: value}
	}
	k.apply(note("user/1", "a", "1"), note("user/1", "b", "2"), note("user/2", "a", "3"), note("user/1", "", "4"))
	k.equal("of one", get(k, k.s.Notes, "user/1"), map[string]string{"a": "1", "b": "2", "": "4"})
	k.apply(note("user/1", "a", "5"), note("user/1", "b", ""), note("user/1", "c", ""), note("user/9", "c", ""))
	k.equal("replaced and removed", get(k, k.s.Notes, "user/1"), map[string]string{"a": "5", "": "4"})
	k.equal("of another", get(k, k.s.Notes, "user/2"), map[string]string{"a": "3"})
	k.equal("of nobody", get(k, k.s.Notes, "user"), map[string]string(nil))
}

// What crashed actors is told to the operator, the newest first, and is bounded.
func testQuarantine(k *kit) {
	before := time.Now().Add(-time.Second)
	one := messages.Quarantine{Actor: "channel/7", Message: "*messages.MessageReceived", Stack: "panic: ouch\n…", Trigger: newest()}
	two := messages.Quarantine{Actor: "user/1"}
	k.apply(&one, &two)
	got := list(k, k.s.Quarantined)
	if len(got) != 2 {
		k.t.Fatalf("%d are in quarantine", len(got))
	}
	if got[0].ID <= got[1].ID {
		k.t.Errorf("the newest is %d, the oldest %d", got[0].ID, got[1].ID)
	}
	k.equal("the newest", got[0].Quarantine, two)
	k.equal("the oldest", got[1].Quarantine, one)
	if at := got[0].At; at.Before(before) || at.After(time.Now().Add(time.Second)) {
		k.t.Errorf("it was kept at %v", at)
	}
	long := messages.Quarantine{Stack: strings.Repeat("❤", 1<<20)}
	k.apply(&long)
	if got := list(k, k.s.Quarantined)[0].Stack; len(got) > 1<<15 || len(got) < 1<<13 || !strings.HasPrefix(long.Stack, got) {
		k.t.Errorf("of a very long stack %d bytes are kept", len(got))
	}
	var many []any
	for i := range 1000 {
		many = append(many, &messages.Quarantine{Actor: "channel/" + strconv.Itoa(i)})
	}
	k.apply(many...)
	got = list(k, k.s.Quarantined)
	if len(got) != 1000 || got[0].Actor != "channel/999" || got[999].Actor != "channel/0" {
		k.t.Errorf("%d are in quarantine", len(got))
	}
}

// What is about messages before the bound is forgotten, but for triggers
// without outcome, which are owed one.
func testPrune(k *kit) {
	id := newest()
	old, waiting, bound := id-3, id-2, id
	k.accept(7, old, waiting, bound)
	k.apply(
		&messages.KeepPart{Trigger: old, Message: 1}, &messages.KeepPart{Trigger: waiting, Message: 2}, &messages.KeepPart{Trigger: bound, Message: 3},
		&messages.EndTrigger{Trigger: old, State: messages.TriggerAnswered}, &messages.EndTrigger{Trigger: bound, State: messages.TriggerAnswered},
		&messages.KeepShared{Nonce: "old", Covers: []messages.MessageID{old, waiting}},
		&messages.KeepShared{Nonce: "new", Covers: []messages.MessageID{bound, old}},
		&messages.AttemptMade{ID: 1, Model: "old", At: bound.Time().Add(-time.Millisecond)},
		&messages.AttemptMade{ID: 2, Model: "new", At: bound.Time()},
		&messages.KeepNote{Owner: "user/1", Key: "a", Value: "b"},
		&messages.KeepAlive{At: time.UnixMilli(1)},
	)
	k.apply(&messages.Prune{Before: bound}, &messages.Prune{Before: bound})
	if _, found, err := k.s.Trigger(k.t.Context(), old); found || err != nil {
		k.t.Errorf("the old one: %v, %v", found, err)
	}
	k.equal("without outcome", k.trigger(waiting).Parts, []messages.MessageID{2})
	k.equal("at the bound", k.trigger(bound).Parts, []messages.MessageID{3})
	k.equal("shared", get(k, k.s.Shared, old), []messages.KeepShared{{Nonce: "new", Covers: []messages.MessageID{bound, old}}})
	k.equal("attempts", get(k, k.s.Attempts, time.Time{}), []messages.AttemptMade{{ID: 2, Model: "new", At: bound.Time()}})
	k.equal("notes", get(k, k.s.Notes, "user/1"), map[string]string{"a": "b"})

	k.accept(7, old)
	k.equal("what comes anew", k.trigger(old), question(old, 7))
}

// However much is old, a group with a pruning in it is done soon, and after some
// of them all of it is forgotten.
func testPruneMuch(k *kit) {
	const many = 1100
	id := newest()
	bound := id + 2*many
	all := []any{
		&messages.AcceptTrigger{Trigger: question(bound, 7)}, &messages.AttemptMade{At: bound.Time()},
		&messages.KeepShared{Nonce: "new", Covers: []messages.MessageID{id, bound}},
	}
	for range many {
		all = append(all, &messages.AcceptTrigger{Trigger: question(id, 7)}, &messages.KeepPart{Trigger: id, Message: id},
			&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, &messages.AttemptMade{ID: uint64(id), At: id.Time().Add(-time.Hour)},
			&messages.KeepShared{Nonce: id.String(), Covers: []messages.MessageID{id, id + 1}})
		id += 2
	}
	k.apply(all...)
	rounds := 1
	for k.apply(&messages.Prune{Before: bound})[0].(*messages.Pruned).More {
		if rounds++; rounds > many {
			k.t.Fatal("there is no end")
		}
	}
	for id := newest(); id < bound; id += 2 {
		_, found, err := k.s.Trigger(k.t.Context(), id)
		shared := get(k, k.s.Shared, id+1)
		if found || err != nil || shared != nil {
			k.t.Fatalf("trigger %v is there: %v, %v, %v", id, found, err, shared)
		}
	}
	k.equal("at the bound", k.trigger(bound), question(bound, 7))
	k.equal("attempts", get(k, k.s.Attempts, time.Time{}), []messages.AttemptMade{{At: time.UnixMilli(bound.Time().UnixMilli())}})
	k.equal("shared", get(k, k.s.Shared, bound), []messages.KeepShared{{Nonce: "new", Covers: []messages.MessageID{newest(), bound}}})
}

// fill writes one of everything.
func (k *kit) fill() {
	id := newest()
	k.accept(7, id, id+1, id+2)
	k.apply(
		direct(id+3, 9), direct(id+4, 10),
		&messages.KeepPart{Trigger: id, Part: 1, Message: 2}, &messages.KeepFinal{Trigger: id, Text: large()},
		&messages.CountAttempt{Trigger: id}, &messages.EndTrigger{Trigger: id + 1, State: messages.TriggerRefused, Cause: messages.CauseGone},
		revision(id+2, 4, "edited"),
		&messages.KeepShared{Nonce: "n", Covers: []messages.MessageID{id, id + 1}},
		&messages.KeepSession{Shard: 2, Session: messages.Session{ID: "s", Seq: 3}}, &messages.KeepAlive{Shard: 2, At: time.UnixMilli(1770000000123), Skew: time.Second},
		&messages.Quarantine{Actor: "a"}, &messages.AttemptMade{ID: 1, Model: "m", At: time.UnixMilli(1770000000123)},
		&messages.KeepNote{Owner: "user/1", Key: "a", Value: "b"},
		&messages.KeepTrace{Trace: trace(id, "s", 21)}, &messages.KeepTrace{Trace: trace(id+1, "s", 21)},
		&messages.KeepPieces{Pieces: []messages.Piece{piece(id, 1), stretch(id, id+5, 7)}},
		&messages.Quarantine{Actor: "memory", Piece: piece(id+1, 1)},
		&messages.KeepDerived{Keep: []messages.Derived{derived("user/1", "fact/1", messages.Source{Message: id, Person: 1})}},
	)
}

// everything returns all that fill wrote.
func (k *kit) everything() []any {
	id := newest()
	return []any{
		k.trigger(id), k.trigger(id + 1), k.trigger(id + 2), get(k, k.s.Unfinished, 7), list(k, k.s.UnfinishedChannels),
		get(k, k.s.Shared, id), get(k, k.s.Session, 2), get(k, k.s.Directs, 9), get(k, k.s.Attempts, time.Time{}), get(k, k.s.Notes, "user/1"),
		list(k, k.s.Quarantined), get(k, k.s.Traces, 21),
		k.pieces(messages.AnalyzerMemory), k.pieces(messages.AnalyzerSummary), get(k, k.s.Kept, "user/1"), get(k, k.s.Person, 18446744073709551615),
	}
}
