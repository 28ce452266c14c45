package storetest

import (
	"time"

	"troupe/messages"
)

// trace returns a trace with all that one may have.
func trace(id messages.MessageID, share string, parts ...messages.MessageID) messages.Trace {
	return messages.Trace{
		Trigger: id, Channel: 7, Guild: 9007199254740993, Asker: 18446744073709551615, Revision: 1, Attempts: 2, Deaths: 1,
		State: messages.TriggerAnswered, Heard: time.UnixMilli(1770000000123),
		Steps: []messages.TraceStep{
			{What: messages.StepBegun, After: time.Millisecond},
			{What: "window", After: time.Millisecond, Took: time.Second + time.Microsecond, End: messages.StepLate},
		},
		Parts: parts, Merged: true, Model: "m", Usage: messages.Usage{Prompt: 5, Total: 9}, Share: share, Led: true, Waiters: 3,
	}
}

// A trace is found by its trigger and by each message of the answer, with whom else
// the generation answered; one that is kept again replaces the first.
func testTraces(k *kit) {
	id := newest()
	one, two, three, four := trace(id, "s", 21, 22), trace(id+1, "s", 22), trace(id+2, "s"), trace(id+3, "", 1<<64-1)
	first := one
	first.Parts, first.Cause = []messages.MessageID{20}, messages.CauseEmpty
	other := trace(id+4, "")
	k.apply(&messages.KeepTrace{Trace: first}, &messages.KeepTrace{Trace: four}, &messages.KeepTrace{Trace: one},
		&messages.KeepTrace{Trace: one}, &messages.KeepTrace{Trace: three}, &messages.KeepTrace{Trace: two}, &messages.KeepTrace{Trace: other})
	for _, tt := range []struct {
		what string
		by   messages.MessageID
		want messages.TraceFound
	}{
		{"of the trigger", id, messages.TraceFound{Traces: []messages.Trace{one}, Shared: []messages.MessageID{id + 1, id + 2}}},
		{"of a part", 21, messages.TraceFound{Traces: []messages.Trace{one}, Shared: []messages.MessageID{id + 1, id + 2}}},
		{"of a part of several", 22, messages.TraceFound{Traces: []messages.Trace{one, two}, Shared: []messages.MessageID{id + 2}}},
		{"of a part before", 20, messages.TraceFound{}},
		{"shared with nobody", id + 3, messages.TraceFound{Traces: []messages.Trace{four}}},
		{"of the largest part", 1<<64 - 1, messages.TraceFound{Traces: []messages.Trace{four}}},
		{"of nothing", 5, messages.TraceFound{}},
	} {
		k.equal(tt.what, get(k, k.s.Traces, tt.by), tt.want)
	}
}

// Traces are forgotten before what they are about.
func testPruneTraces(k *kit) {
	const many = 700
	id := newest()
	k.accept(7, id, id+many)
	k.apply(&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered})
	var all []any
	for i := range messages.MessageID(many + 1) {
		all = append(all, &messages.KeepTrace{Trace: trace(id+i, "s", 1000+i)})
	}
	k.apply(all...)
	rounds := 1
	for k.apply(&messages.Prune{Before: id, Traces: id + many})[0].(*messages.Pruned).More {
		if rounds++; rounds > many {
			k.t.Fatal("there is no end")
		}
	}
	for i := range messages.MessageID(many) {
		for _, by := range []messages.MessageID{id + i, 1000 + i} {
			k.equal("old", get(k, k.s.Traces, by), messages.TraceFound{})
		}
	}
	k.equal("at the bound", get(k, k.s.Traces, 1000+many), messages.TraceFound{Traces: []messages.Trace{trace(id+many, "s", 1000+many)}})
	k.trigger(id)
	k.apply(&messages.Prune{Before: id + many + 1})
	k.equal("older than all", get(k, k.s.Traces, id+many), messages.TraceFound{})
}
