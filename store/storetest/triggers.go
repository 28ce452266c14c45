package storetest

import (
	"troupe/messages"
)

// A trigger that comes again, after a resume or from another shard, is known
// with all that has happened to it; its question stays as it was first.
func testAccept(k *kit) {
	id := newest()
	first := question(id, 7)
	got := k.apply(&messages.AcceptTrigger{Trigger: first})
	k.equal("first", got, []any{&messages.Accepted{Trigger: first, Fresh: true}})
	k.equal("kept", k.trigger(id), first)

	again := first
	again.Text, again.Channel = "another text", 8
	got = k.apply(&messages.AcceptTrigger{Trigger: again})
	k.equal("again", got, []any{&messages.Accepted{Trigger: first}})

	k.apply(&messages.KeepPart{Trigger: id, Message: 5}, &messages.KeepFinal{Trigger: id, Text: "so"},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, &messages.CountAttempt{Trigger: id})
	first.Parts, first.ReplyText, first.State, first.Attempts = []messages.MessageID{5}, "", messages.TriggerAnswered, 1
	got = k.apply(&messages.AcceptTrigger{Trigger: again})
	k.equal("when it is answered", got, []any{&messages.Accepted{Trigger: first}})

	// Nothing has happened to what is accepted, whatever it says.
	other := question(id+1, 7)
	other.State, other.Parts, other.Final, other.Attempts, other.Deaths = "", []messages.MessageID{1}, "x", 2, 3
	k.apply(&messages.AcceptTrigger{Trigger: other})
	k.equal("with a past", k.trigger(id+1), question(id+1, 7))

	if _, found, err := k.s.Trigger(k.t.Context(), 1); found || err != nil {
		k.t.Errorf("one that there is not: %v, %v", found, err)
	}
}

// Parts are kept by number, whatever their order; the last message that a part
// is said to be in holds.
func testParts(k *kit) {
	id := newest()
	k.accept(7, id, id+1)
	k.apply(&messages.KeepPart{Trigger: id, Part: 2, Message: 30})
	k.equal("one that comes early", k.trigger(id).Parts, []messages.MessageID{0, 0, 30})
	k.apply(&messages.KeepPart{Trigger: id, Part: 0, Message: 10}, &messages.KeepPart{Trigger: id, Part: 1, Message: 20})
	k.apply(&messages.KeepPart{Trigger: id, Part: 1, Message: 21}, &messages.KeepPart{Trigger: id + 1, Part: 0, Message: 99})
	k.equal("all", k.trigger(id).Parts, []messages.MessageID{10, 21, 30})
	k.equal("with the unfinished", get(k, k.s.Unfinished, 7)[0].Parts, []messages.MessageID{10, 21, 30})
	k.equal("another's", k.trigger(id+1).Parts, []messages.MessageID{99})
}

// The final text is that of the question's revision: a late one of an earlier
// revision is not taken.
func testFinal(k *kit) {
	id := newest()
	k.accept(7, id)
	k.apply(&messages.KeepFinal{Trigger: id, Text: "one"})
	k.apply(&messages.KeepFinal{Trigger: id, Text: "two"})
	k.equal("the last", k.trigger(id).Final, "two")
	k.apply(&messages.KeepFinal{Trigger: id, Revision: 1, Text: "of a revision to come"})
	k.equal("one that is too new", k.trigger(id).Final, "two")
	k.apply(revision(id, 1, "edited"), &messages.KeepFinal{Trigger: id, Text: "late"})
	k.equal("one that is too old", k.trigger(id).Final, "")
	k.apply(&messages.KeepFinal{Trigger: id, Revision: 1, Text: "right"})
	k.equal("of this revision", k.trigger(id).Final, "right")
	k.apply(&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, &messages.KeepFinal{Trigger: id, Revision: 1, Text: "late"})
	k.equal("once it has its outcome", k.trigger(id).Final, "")
}

// A trigger ends once: the first outcome stays.
func testEnd(k *kit) {
	id := newest()
	outcomes := []messages.TriggerState{
		messages.TriggerAnswered, messages.TriggerRefused, messages.TriggerCancelled, messages.TriggerUndeliverable,
	}
	for i, first := range outcomes {
		id := id + messages.MessageID(i)
		k.accept(7, id)
		for _, state := range append([]messages.TriggerState{first}, outcomes...) {
			k.equal("it is kept", k.apply(&messages.EndTrigger{Trigger: id, State: state, Cause: messages.CauseGone}), []any{&messages.Kept{}})
			k.equal("outcome", k.trigger(id).State, first)
		}
	}
	k.equal("unfinished", k.unfinished(7), []messages.MessageID(nil))
}

func testAttempt(k *kit) {
	id := newest()
	k.accept(7, id)
	k.apply(&messages.CountAttempt{Trigger: id}, &messages.CountAttempt{Trigger: id})
	k.apply(&messages.CountAttempt{Trigger: id})
	k.equal("attempts", k.trigger(id).Attempts, 3)
}

// revision returns the edit of a question.
func revision(id messages.MessageID, revision int, text string) *messages.ReviseTrigger {
	t := question(id, 7)
	t.Text, t.Revision, t.Attachments = text, revision, nil
	return &messages.ReviseTrigger{Trigger: t}
}

// An edit opens the trigger again. The messages that hold the answer stay, to
// be edited; everything else begins anew. A repeat of the edit, which may come
// when its acknowledgement was lost, undoes nothing.
func testRevise(k *kit) {
	id := newest()
	k.accept(7, id)
	k.apply(&messages.KeepPart{Trigger: id, Message: 10}, &messages.KeepFinal{Trigger: id, Text: "old"},
		&messages.CountAttempt{Trigger: id}, &messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered})
	edit := revision(id, 1, "edited")
	edit.Trigger.Accepted, edit.Trigger.Parts = edit.Trigger.Accepted.Add(1e9), []messages.MessageID{77}
	k.apply(edit)

	want := question(id, 7)
	want.Text, want.Revision, want.Attachments, want.Parts = "edited", 1, nil, []messages.MessageID{10}
	k.equal("edited", k.trigger(id), want)
	k.equal("it waits again", k.unfinished(7), []messages.MessageID{id})

	k.apply(&messages.KeepFinal{Trigger: id, Revision: 1, Text: "new"}, &messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered})
	k.apply(edit, revision(id, 0, "older"))
	want.State, want.ReplyText = messages.TriggerAnswered, ""
	k.equal("after a repeat", k.trigger(id), want)
}

// Which messages answer a trigger along with others is found by the trigger.
func testShared(k *kit) {
	id := newest()
	b := messages.KeepShared{Nonce: "b", Covers: []messages.MessageID{id + 2, id, id + 1}}
	a := messages.KeepShared{Nonce: "a", Covers: []messages.MessageID{id}}
	k.apply(&b, &a)
	k.equal("of one in both", get(k, k.s.Shared, id), []messages.KeepShared{a, b})
	k.equal("of one in the second", get(k, k.s.Shared, id+1), []messages.KeepShared{b})
	k.equal("of one in none", get(k, k.s.Shared, id+3), []messages.KeepShared(nil))

	b.Covers = b.Covers[:1]
	k.apply(&b, &b)
	k.equal("kept again", get(k, k.s.Shared, id+2), []messages.KeepShared{b})
	k.equal("who is not covered any more", get(k, k.s.Shared, id+1), []messages.KeepShared(nil))
}

// What has no outcome is found by channel, the oldest first.
func testUnfinished(k *kit) {
	id := newest()
	k.accept(7, id+2, id, id+5)
	k.accept(6, id+1)
	k.accept(18446744073709551615, id+4)
	k.equal("of a channel", k.unfinished(7), []messages.MessageID{id, id + 2, id + 5})
	k.equal("of another", k.unfinished(6), []messages.MessageID{id + 1})
	k.equal("the highest ID", k.unfinished(18446744073709551615), []messages.MessageID{id + 4})
	k.equal("of none", k.unfinished(5), []messages.MessageID(nil))
	k.apply(&messages.EndTrigger{Trigger: id + 4, State: messages.TriggerCancelled})
	k.equal("channels", list(k, k.s.UnfinishedChannels), []messages.ChannelID{6, 7})
	k.equal("whole", get(k, k.s.Unfinished, 6), []messages.Trigger{question(id+1, 6)})

	k.apply(&messages.EndTrigger{Trigger: id, State: messages.TriggerRefused})
	k.apply(&messages.EndTrigger{Trigger: id + 1, State: messages.TriggerAnswered})
	k.equal("less one", k.unfinished(7), []messages.MessageID{id + 2, id + 5})
	k.equal("less a channel", list(k, k.s.UnfinishedChannels), []messages.ChannelID{7})
}

// What is told of a trigger that there is not, or not any more, is kept as
// nothing: it does not appear when the trigger comes.
func testUnknownTrigger(k *kit) {
	id := newest()
	k.apply(
		&messages.KeepPart{Trigger: id, Message: 1}, &messages.KeepFinal{Trigger: id, Text: "x"}, &messages.CountAttempt{Trigger: id},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered}, revision(id, 1, "edited"),
	)
	if _, found, err := k.s.Trigger(k.t.Context(), id); found || err != nil {
		k.t.Errorf("found %v, %v", found, err)
	}
	k.accept(7, id)
	k.equal("then accepted", k.trigger(id), question(id, 7))
}
