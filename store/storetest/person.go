package storetest

import (
	"context"
	"fmt"
	"strconv"

	"troupe/messages"
)

// What is derived is kept with its sources, each once, and what is kept again
// replaces it with them.
func testDerived(k *kit) {
	const highest = 1<<64 - 1
	one := derived("user/1", "fact/1", messages.Source{Message: 3, Person: 2}, messages.Source{Person: 9}, messages.Source{Message: 3, Person: 1})
	sorted := derived("user/1", "fact/1", messages.Source{Person: 9}, messages.Source{Message: 3, Person: 1}, messages.Source{Message: 3, Person: 2})
	two, other := derived("user/1", "fact/0"), derived("user/10", "fact/1", messages.Source{Message: highest, Person: highest})
	twice := other
	twice.Sources = append(twice.Sources, twice.Sources[0])
	k.equal("answer", k.apply(&messages.KeepDerived{Keep: []messages.Derived{one, two, twice}}), []any{&messages.Kept{}})
	k.apply(&messages.KeepNote{Owner: "user/1", Key: "a", Value: "b"}, &messages.KeepNote{Owner: "user/2", Key: "a", Value: "b"})
	k.equal("of one", get(k, k.s.Kept, "user/1"), messages.KeptFound{Notes: map[string]string{"a": "b"}, Derived: []messages.Derived{two, sorted}})
	k.equal("of another", get(k, k.s.Kept, "user/10"), messages.KeptFound{Derived: []messages.Derived{other}})
	k.equal("of nobody", get(k, k.s.Kept, "user"), messages.KeptFound{})

	changed := messages.Derived{Owner: "user/1", Key: "fact/1", Value: "{}", Sources: []messages.Source{{Message: 4}}}
	k.apply(&messages.KeepDerived{
		Keep: []messages.Derived{changed},
		Drop: []messages.DerivedKey{{Owner: "user/1", Key: "fact/0"}, {Owner: "user/1", Key: "fact/1"}, {Owner: "user/2", Key: "fact/1"}},
	})
	k.equal("changed", get(k, k.s.Kept, "user/1").Derived, []messages.Derived{changed})
	k.equal("about nobody any more", get(k, k.s.Person, 9), messages.PersonFound{})
}

// Work that somebody does not want done any more is dropped: theirs, of one analyzer.
func testDropPieces(k *kit) {
	id := newest()
	k.keep(piece(id, 1), piece(id+1, 2), stretch(id, id+1, 7))
	got := k.apply(&messages.DropPieces{Analyzer: messages.AnalyzerMemory, Person: 1},
		&messages.DropPieces{Analyzer: messages.AnalyzerBehaviour, Person: 2}, &messages.DropPieces{Analyzer: messages.AnalyzerSummary})
	k.equal("kept", got, []any{&messages.Kept{}, &messages.Kept{}, &messages.Kept{}})
	k.backlog("another's", messages.AnalyzerMemory, 1, piece(id+1, 2))
	k.backlog("nobody's", messages.AnalyzerSummary, 1, stretch(id, id+1, 7))
	read := get(k, func(ctx context.Context, a messages.Analyzer) (messages.Pieces, error) { return k.s.Pieces(ctx, a, 1) }, messages.AnalyzerSummary)
	settle := &messages.SettlePieces{Pieces: read.Pieces}
	got = k.apply(&messages.DropPieces{Analyzer: messages.AnalyzerMemory, Person: 1, Private: true}, settle)
	k.equal("what is being concluded", got, []any{&messages.Kept{}, &messages.Settled{}})
	k.backlog("is concluded anew", messages.AnalyzerSummary, 1, stretch(id, id+1, 7))
}

// Of channels that are gone nothing is left, nor to do; what people told of themselves
// there is theirs.
func testForgetChannels(k *kit) {
	id := newest()
	there, elsewhere := piece(id, 1), piece(id+1, 1)
	there.Channel, elsewhere.Channel = 7, 8
	k.keep(there, elsewhere, stretch(id, id+3, 7), stretch(id, id+3, 8), stretch(id, id+3, 9))
	sums := k.pieces(messages.AnalyzerSummary).Pieces
	k.apply(&messages.KeepDerived{Keep: []messages.Derived{
		derived("channel/7", "chunk/1", messages.Source{Message: id, Person: 1}), derived("channel/8", "chunk/1"),
		derived("channel/77", "chunk/1"), derived("user/7", "fact/1"),
	}})
	k.equal("answer", k.apply(&messages.ForgetChannels{Channels: []messages.ChannelID{7, 9}}, &messages.ForgetChannels{}), []any{&messages.Kept{}, &messages.Kept{}})
	for owner, want := range map[string]int{"channel/7": 0, "channel/8": 1, "channel/77": 1, "user/7": 1} {
		k.equal(owner, len(get(k, k.s.Kept, owner).Derived), want)
	}
	k.equal("from the person", get(k, k.s.Person, 1).Derived, []messages.Derived(nil))
	k.backlog("of a person", messages.AnalyzerMemory, 1, elsewhere)
	k.backlog("stretches", messages.AnalyzerSummary, 1, stretch(id, id+3, 8))
	k.equal("what was under way", k.settle(sums[:1], derived("channel/7", "chunk/1")), false)
}

// What came of messages that are gone is dropped, with the work about each.
func testForgetSources(k *kit) {
	id := newest()
	k.keep(piece(id, 1), piece(id+1, 1), stretch(id, id+1, 7))
	of := func(owner, key string, ids ...messages.MessageID) messages.Derived {
		d := derived(owner, key)
		for _, id := range ids {
			d.Sources = append(d.Sources, messages.Source{Message: id, Person: 1})
		}
		return d
	}
	about := derived("guild/1", "lore/9", messages.Source{Person: 1})
	k.apply(&messages.KeepDerived{Keep: []messages.Derived{
		of("user/1", "fact/2", id, id+1), of("user/1", "fact/1", id), of("user/1", "fact/3", id+1), of("channel/7", "sum/1", id-1, id), about,
	}})
	got := k.apply(&messages.ForgetSources{Messages: []messages.MessageID{id, 0, id - 9}})
	k.equal("dropped", got, []any{&messages.SourcesForgotten{Dropped: []messages.DerivedKey{
		{Owner: "channel/7", Key: "sum/1"}, {Owner: "user/1", Key: "fact/1"}, {Owner: "user/1", Key: "fact/2"},
	}}})
	k.equal("left", get(k, k.s.Kept, "user/1").Derived, []messages.Derived{of("user/1", "fact/3", id+1)})
	k.equal("left of the guild", get(k, k.s.Kept, "guild/1").Derived, []messages.Derived{about})
	k.backlog("work", messages.AnalyzerMemory, 1, piece(id+1, 1))
	k.backlog("stretches", messages.AnalyzerSummary, 1, stretch(id, id+1, 7))
	k.equal("again", k.apply(&messages.ForgetSources{Messages: []messages.MessageID{id}}, &messages.ForgetSources{}),
		[]any{&messages.SourcesForgotten{}, &messages.SourcesForgotten{}})
}

// ann and bob are who asks, and who else is there.
const (
	ann messages.UserID = 1<<64 - 1
	bob messages.UserID = 5
)

// lives writes something of everything about ann and about bob.
func (k *kit) lives(id messages.MessageID) {
	k.t.Helper()
	bobs := question(id+2, 7)
	bobs.Asker.ID = bob
	traced := trace(id+2, "")
	traced.Asker = bob
	k.accept(7, id+1, id, id+3)
	k.keep(piece(id, ann), piece(id+1, ann), piece(id+2, bob), stretch(id, id+3, 7))
	k.apply(
		&messages.AcceptTrigger{Trigger: bobs},
		&messages.KeepPart{Trigger: id, Message: 8}, &messages.KeepFinal{Trigger: id, Text: "because"},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, &messages.EndTrigger{Trigger: id + 1, State: messages.TriggerRefused},
		&messages.EndTrigger{Trigger: id + 2, State: messages.TriggerAnswered},
		&messages.KeepTrace{Trace: trace(id, "", 21, 22)}, &messages.KeepTrace{Trace: trace(id+1, "")}, &messages.KeepTrace{Trace: traced},
		&messages.KeepNote{Owner: ann.Owner(), Key: "cleared", Value: "1"}, &messages.KeepNote{Owner: ann.Owner(), Key: "memory", Value: "2"},
		&messages.KeepNote{Owner: bob.Owner(), Key: "memory", Value: "3"},
		&messages.KeepDerived{Keep: lore(id)},
	)
}

// lore is what is derived in lives: of ann, about her, from her, and without her.
func lore(id messages.MessageID) []messages.Derived {
	return []messages.Derived{
		derived(ann.Owner(), "fact/1", messages.Source{Message: id, Person: ann}), derived(ann.Owner(), "fact/2"),
		derived("channel/7", "sum/1", messages.Source{Message: id + 1, Person: ann}, messages.Source{Message: id + 2, Person: bob}),
		derived("guild/1", "lore/1", messages.Source{Person: ann}),
		derived("guild/1", "lore/2", messages.Source{Message: id + 2, Person: bob}),
		derived(bob.Owner(), "fact/1", messages.Source{Message: id + 2, Person: bob}),
	}
}

// All that is kept about a person can be told.
func testPerson(k *kit) {
	id := newest()
	k.equal("nothing", get(k, k.s.Person, ann), messages.PersonFound{})
	k.lives(id)
	all := lore(id)
	k.equal("of ann", get(k, k.s.Person, ann), messages.PersonFound{
		Notes:    map[string]string{"cleared": "1", "memory": "2"},
		Derived:  all[:4],
		Triggers: []messages.Trigger{k.trigger(id), k.trigger(id + 1), k.trigger(id + 3)},
		Traces:   2, Pieces: 2,
	})
	k.equal("of bob", get(k, k.s.Person, bob), messages.PersonFound{
		Notes: map[string]string{"memory": "3"}, Derived: []messages.Derived{all[5], all[2], all[4]},
		Triggers: []messages.Trigger{k.trigger(id + 2)}, Traces: 1, Pieces: 1,
	})
	again := revision(id+2, 1, "edited") // by ann, it seems
	k.apply(again)
	k.equal("asked by another", get(k, k.s.Person, bob).Triggers, []messages.Trigger(nil))
	k.equal("asked by her", len(get(k, k.s.Person, ann).Triggers), 4)
}

// Who is erased leaves nothing but that there were questions; others keep theirs.
func testErase(k *kit) {
	id := newest()
	k.lives(id)
	bobs := get(k, k.s.Person, bob)
	erase := &messages.ErasePerson{User: ann, Keep: []string{"cleared", "none"}}
	first, second := k.trigger(id), k.trigger(id+1)
	k.equal("erased", k.apply(erase)[0], &messages.Erased{
		Dropped: []messages.DerivedKey{
			{Owner: "channel/7", Key: "sum/1"}, {Owner: "guild/1", Key: "lore/1"}, {Owner: ann.Owner(), Key: "fact/1"}, {Owner: ann.Owner(), Key: "fact/2"},
		},
		Triggers: []messages.Trigger{
			{ID: id, Channel: 7, Guild: first.Guild, Parts: []messages.MessageID{8}}, {ID: id + 1, Channel: 7, Guild: first.Guild},
		},
		Open: 1,
	})
	k.equal("left", get(k, k.s.Person, ann), messages.PersonFound{
		Notes: map[string]string{"cleared": "1"}, Triggers: []messages.Trigger{question(id+3, 7)},
	})
	k.equal("blank", k.trigger(id), messages.Trigger{
		ID: id, Channel: 7, Guild: first.Guild, Accepted: first.Accepted, State: messages.TriggerAnswered, Parts: []messages.MessageID{8},
	})
	k.equal("also", k.trigger(id+1), messages.Trigger{
		ID: id + 1, Channel: 7, Guild: second.Guild, Accepted: second.Accepted, State: messages.TriggerRefused,
	})
	known := k.apply(&messages.AcceptTrigger{Trigger: question(id, 7)})[0].(*messages.Accepted)
	if known.Fresh || known.Trigger.Text != "" {
		k.t.Errorf("a question that was blanked is taken as %+v", known)
	}
	for _, by := range []messages.MessageID{id, id + 1, 21, 22} {
		k.equal("traces", get(k, k.s.Traces, by), messages.TraceFound{})
	}
	k.backlog("stretches", messages.AnalyzerSummary, 1, stretch(id, id+3, 7))

	bobs.Derived = []messages.Derived{bobs.Derived[0], bobs.Derived[2]} // the summary was from ann too
	k.equal("bob", get(k, k.s.Person, bob), bobs)
	k.equal("again", k.apply(erase)[0], &messages.Erased{Open: 1})
}

// What was being concluded from what several people said when somebody was erased is
// not kept: their part is in it. What comes later has its own turn.
func testEraseStretch(k *kit) {
	id := newest()
	now, next := stretch(id, id+3, 7), stretch(id+4, id+8, 7)
	found := now
	found.Analyzer, found.Owner = messages.AnalyzerLore, "guild/1"
	k.keep(now, next, found, piece(id, bob))
	sums, finds := k.pieces(messages.AnalyzerSummary).Pieces, k.pieces(messages.AnalyzerLore).Pieces
	notes := k.pieces(messages.AnalyzerMemory).Pieces
	k.apply(&messages.ErasePerson{User: ann})
	from := messages.Source{Message: id + 1, Person: ann}
	k.equal("a summary", k.settle(sums[:1], derived("channel/7", "sum/1", from)), false)
	k.equal("a find", k.settle(finds, derived("guild/1", "lore/1", from)), false)
	k.equal("about ann", get(k, k.s.Person, ann), messages.PersonFound{})
	k.backlog("anew", messages.AnalyzerSummary, 2, next, now)
	k.backlog("the same", messages.AnalyzerLore, 1, found)
	k.equal("the next", k.settle(sums[1:]), true)
	k.equal("another's", k.settle(notes), true)
}

// A question that is open is blanked once it has its outcome, one that was blanked
// and then edited is there again.
func testEraseOpen(k *kit) {
	id := newest()
	k.accept(7, id)
	erase := &messages.ErasePerson{User: ann}
	k.equal("open", k.apply(erase, &messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, erase), []any{
		&messages.Erased{Open: 1}, &messages.Kept{},
		&messages.Erased{Triggers: []messages.Trigger{{ID: id, Channel: 7, Guild: question(id, 7).Guild}}},
	})
	k.apply(revision(id, 1, "edited"))
	k.equal("edited", get(k, k.s.Person, ann).Triggers, []messages.Trigger{k.trigger(id)})
	k.equal("its text", k.trigger(id).Text, "edited")
}

// However much there is about a person, it is forgotten bit by bit, and all of it.
func testEraseMuch(k *kit) {
	const many = 450
	id := newest()
	var all []any
	for i := range messages.MessageID(many) {
		all = append(all,
			&messages.AcceptTrigger{Trigger: question(id+i, 7)}, &messages.EndTrigger{Trigger: id + i, State: messages.TriggerAnswered},
			&messages.KeepTrace{Trace: trace(id+i, "", 10_000+2*i, 10_001+2*i)},
			&messages.KeepNote{Owner: ann.Owner(), Key: strconv.Itoa(int(i)), Value: "x"},
			&messages.KeepPieces{Pieces: []messages.Piece{piece(id+i, ann)}},
			&messages.Quarantine{Actor: "memory", Piece: piece(id+many+i, ann)},
			&messages.KeepDerived{Keep: []messages.Derived{
				derived(ann.Owner(), fmt.Sprintf("fact/%d", i)), derived("guild/1", fmt.Sprintf("lore/%d", i), messages.Source{Person: ann}),
			}},
		)
	}
	k.apply(all...)
	var dropped, blanked, rounds int
	for more := true; more; rounds++ {
		if rounds > many {
			k.t.Fatal("there is no end")
		}
		erased := k.apply(&messages.ErasePerson{User: ann, Keep: []string{"7"}})[0].(*messages.Erased)
		dropped, blanked, more = dropped+len(erased.Dropped), blanked+len(erased.Triggers), erased.More
	}
	k.equal("dropped", dropped, 2*many)
	k.equal("blanked", blanked, many)
	k.equal("left", get(k, k.s.Person, ann), messages.PersonFound{Notes: map[string]string{"7": "x"}})
	for i := range messages.MessageID(2 * many) {
		k.equal("trace", get(k, k.s.Traces, 10_000+i), messages.TraceFound{})
	}
	for _, q := range list(k, k.s.Quarantined) {
		k.equal("quarantined", q.Piece, messages.Piece{})
	}
}
