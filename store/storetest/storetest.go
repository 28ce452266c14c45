// Package storetest says what every [store.Store] must do, as a test that its
// engines run.
package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"troupe/messages"
	"troupe/store"
)

// Test runs the suite. open returns a new, empty store; it is closed by the
// suite.
func Test(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*kit){
		"accept":          testAccept,
		"parts":           testParts,
		"final":           testFinal,
		"end":             testEnd,
		"attempt":         testAttempt,
		"revise":          testRevise,
		"shared":          testShared,
		"unfinished":      testUnfinished,
		"unknown trigger": testUnknownTrigger,
		"session":         testSession,
		"directs":         testDirects,
		"many directs":    testManyDirects,
		"attempts":        testAttempts,
		"intents":         testIntents,
		"notes":           testNotes,
		"quarantine":      testQuarantine,
		"quarantine work": testQuarantineWork,
		"pieces":          testPieces,
		"pieces again":    testPiecesAgain,
		"settle":          testSettle,
		"derived":         testDerived,
		"forget sources":  testForgetSources,
		"drop pieces":     testDropPieces,
		"forget channels": testForgetChannels,
		"person":          testPerson,
		"erase":           testErase,
		"erase stretch":   testEraseStretch,
		"erase much":      testEraseMuch,
		"erase open":      testEraseOpen,
		"traces":          testTraces,
		"prune traces":    testPruneTraces,
		"prune":           testPrune,
		"prune much":      testPruneMuch,
		"group":           testGroup,
		"written":         testWritten,
		"malformed":       testMalformed,
		"cancelled":       testCancelled,
		"texts":           testTexts,
		"not shared":      testNotShared,
		"concurrent":      testConcurrent,
		"closed":          testClosed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() {
				if name == "closed" {
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			test(&kit{t, s})
		})
	}
}

// TestKept checks that what was written is there when the store is opened
// again. open returns the same store each time it is called; it is closed
// before.
func TestKept(t *testing.T, open func(t *testing.T) store.Store) {
	k := &kit{t, open(t)}
	k.fill()
	before := k.everything()
	for range 2 {
		if err := k.s.Close(); err != nil {
			t.Fatal(err)
		}
		k.s = open(t)
		k.equal("opened again", k.everything(), before)
	}
	if err := k.s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestIntents checks that a request of which nothing was heard before the store
// was closed is an attempt when it is opened again. open is as with [TestKept].
func TestIntents(t *testing.T, open func(t *testing.T) store.Store) {
	k := &kit{t, open(t)}
	at := time.UnixMilli(1770000000123)
	long := messages.AttemptMade{ID: 1 << 63, Model: strings.Repeat("x", 128), At: at, Input: 1 << 40, Cost: 1.0 / 3}
	want := []messages.AttemptMade{long, {ID: 6, Model: "m", At: at, Input: 100, Cost: 1}, {ID: 7, Model: "n", At: at, Input: 90, Output: 20, Cost: 2}}
	for _, id := range []uint64{6, 7, 8} {
		k.intend(messages.AttemptMade{ID: id, Model: "m", At: at.Add(time.Microsecond), Input: 100, Cost: 1})
	}
	k.unintend(8)
	k.apply(&want[2])
	k.apply(&want[2])
	for id := range uint64(20) { // room is used again
		k.intend(messages.AttemptMade{ID: 100 + id, Model: "m", At: at})
		k.unintend(100 + id)
	}
	k.intend(long)
	want[0].Open, want[1].Open = true, true
	for range 2 {
		if err := k.s.Close(); err != nil {
			t.Fatal(err)
		}
		k.s = open(t)
		k.equal("opened again", get(k, k.s.Attempts, at), want)
	}
	want[1] = messages.AttemptMade{ID: 6, Model: "m", At: at, Input: 5}
	k.apply(&want[1])
	k.equal("heard of after all", get(k, k.s.Attempts, at), want)
	if err := k.s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A kit is a store under test, with all that may fail failing the test.
type kit struct {
	t *testing.T
	s store.Store
}

// newest is the ID of a message of now; those before it are older.
func newest() messages.MessageID {
	return messages.MessageIDAt(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
}

// question returns a trigger with all that the one who asks can give.
func question(id messages.MessageID, channel messages.ChannelID) messages.Trigger {
	return messages.Trigger{
		ID: id, Kind: messages.TriggerReply, Channel: channel, Guild: 9007199254740993, // 2^53+1
		Asker: messages.User{ID: 18446744073709551615, Name: "ann ❤"},
		Text:  "what's <up>?\n\"this\" & \\that", ReplyTo: id - 1, ReplyText: "…", ReplyUser: 3,
		Attachments: []messages.Attachment{{ID: 1 << 62, Name: "a.png", Type: "image/png", Size: 5, URL: "https://x/?a=b&c"}},
		Interaction: messages.Interaction{},
		Locale:      "de", State: messages.TriggerAccepted,
		Accepted: time.Date(2026, 3, 4, 5, 6, 7, 8, time.FixedZone("", 3600)),
	}
}

func (k *kit) apply(writes ...any) []any {
	k.t.Helper()
	results, err := k.s.Apply(k.t.Context(), writes, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	if len(results) != len(writes) {
		k.t.Fatalf("%d writes have %d results", len(writes), len(results))
	}
	return results
}

// accept keeps triggers of a channel.
func (k *kit) accept(channel messages.ChannelID, ids ...messages.MessageID) {
	k.t.Helper()
	for _, id := range ids {
		k.apply(&messages.AcceptTrigger{Trigger: question(id, channel)})
	}
}

// trigger returns a trigger that there must be.
func (k *kit) trigger(id messages.MessageID) messages.Trigger {
	k.t.Helper()
	t, found, err := k.s.Trigger(k.t.Context(), id)
	if err != nil || !found {
		k.t.Fatalf("trigger %v: found %v, %v", id, found, err)
	}
	return t
}

// unfinished returns the IDs of the triggers of a channel without outcome.
func (k *kit) unfinished(channel messages.ChannelID) (ids []messages.MessageID) {
	k.t.Helper()
	for _, t := range get(k, k.s.Unfinished, channel) {
		ids = append(ids, t.ID)
	}
	return ids
}

// get asks the store something, which must not fail.
func get[Q, A any](k *kit, ask func(context.Context, Q) (A, error), about Q) A {
	k.t.Helper()
	a, err := ask(k.t.Context(), about)
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// list asks the store for all of a kind, which must not fail.
func list[A any](k *kit, ask func(context.Context) (A, error)) A {
	k.t.Helper()
	return get(k, func(ctx context.Context, _ struct{}) (A, error) { return ask(ctx) }, struct{}{})
}

func (k *kit) equal(what string, got, want any) {
	k.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		k.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// large is a text of about a mebibyte.
func large() string { return strings.Repeat("answer ❤\n", 1<<20/11) }
