package guild

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// What came from a message that is gone is remembered no more, also if it is just
// about to be taken in.
func TestSourcesGone(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		gone := &messages.SourcesGone{Messages: []messages.MessageID{2 << 22}, Dropped: []messages.DerivedKey{{Owner: "guild/7", Key: "lore/2"}}}
		journal := e.Fake(func(c *actor.Context) {
			m, ok := c.Message().(*messages.SettlePieces)
			if !ok || m.Pieces[0].ID == 1 {
				d.receive(c)
				return
			}
			engine, asker, answer := c.Engine(), c.Sender(), d.take(m)
			d.change(nil, gone.Dropped) // right after
			time.AfterFunc(time.Second, func() {
				d.broken.Store(true) // it cannot be read again yet
				engine.Send(asker, answer)
			})
		})
		pid := e.Start(New(Config{Guild: id, Self: bot, Journal: journal.PID, Log: actortest.Log()}))
		e.Tell(pid, told())
		ask[*messages.LearnedTaken](t, e, pid, learned(1, gag(1, 10, 1, "the cat")))
		e.SendWithSender(pid, learned(2, gag(2, 10, 1, "the dog"), gag(3, 10, 1, "the bird")), e.Probe().PID)
		e.Tell(pid, gone)
		time.Sleep(1500 * time.Millisecond)
		if got := textsOf(contextOf(t, e, pid, 10).Lore); !cmp.Equal(got, []string{"1 the cat"}) {
			t.Errorf("before it is read again: %v", got)
		}
		d.broken.Store(false)
		time.Sleep(time.Minute)
		agree(t, e, pid, d, "3 the bird", "1 the cat")
		e.Tell(pid, &messages.SourcesGone{Messages: []messages.MessageID{1 << 22}})
		if got := textsOf(contextOf(t, e, pid, 10).Lore); !cmp.Equal(got, []string{"3 the bird"}) {
			t.Errorf("then %v", got)
		}
	})
}

// What came from a message that is gone is not kept either if the journal was told of
// that first, and has nothing to drop.
func TestSourcesGoneBefore(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		journal := e.Fake(func(c *actor.Context) {
			engine, asker, answer := c.Engine(), c.Sender(), d.take(c.Message())
			time.AfterFunc(time.Second, func() { engine.Send(asker, answer) })
		})
		pid := e.Start(New(Config{Guild: id, Self: bot, Journal: journal.PID, Log: actortest.Log()}))
		e.Tell(pid, told())
		for _, piece := range []int64{1, 2} { // the second waits for the first
			p := messages.MessageID(2 * piece)
			e.SendWithSender(pid, learned(piece, gag(p, 10, 1, fmt.Sprint("dog ", piece)), gag(p+1, 10, 1, fmt.Sprint("bird ", piece))), e.Probe().PID)
		}
		time.Sleep(1500 * time.Millisecond)
		e.Tell(pid, &messages.SourcesGone{Messages: []messages.MessageID{2 << 22}})
		e.Tell(pid, &messages.SourcesGone{Messages: []messages.MessageID{4 << 22}})
		time.Sleep(time.Minute)
		agree(t, e, pid, d, "4 bird 2", "2 bird 1")
	})
}

// With a channel goes what is remembered from it and its threads, even if the journal
// fails at first.
func TestLoreOfGoneChannel(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		pid := start(e, d)
		e.Tell(pid, told())
		ask[*messages.LearnedTaken](t, e, pid, learned(1, gag(1, 10, 1, "the cat"), gag(2, 20, 1, "the dog"), gag(3, 11, 1, "the bird")))
		agree(t, e, pid, d, "3 the bird", "2 the dog", "1 the cat")
		d.broken.Store(true)
		e.Tell(pid, &messages.ChannelGone{Channel: 10, Guild: id})
		time.Sleep(time.Minute)
		d.broken.Store(false)
		time.Sleep(lastPause)
		agree(t, e, pid, d, "3 the bird")
		if slices.Sort(d.gone); !slices.Equal(d.gone, []messages.ChannelID{10, 20}) {
			t.Errorf("the journal hears that %v are gone", d.gone)
		}
	})
}

// What is gone while it is being read is not remembered, though the answer has it.
func TestSourcesGoneWhileReading(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		d.change(emptyLore().learn([]messages.Lore{gag(1, 10, 1, "the cat"), gag(2, 10, 1, "the dog")}, open).derived(id), nil)
		journal := e.Fake(func(c *actor.Context) {
			engine, asker, answer := c.Engine(), c.Sender(), d.take(c.Message())
			time.AfterFunc(time.Second, func() { engine.Send(asker, answer) })
		})
		pid := e.Start(New(Config{Guild: id, Self: bot, Journal: journal.PID, Log: actortest.Log()}))
		synctest.Wait()
		gone := &messages.SourcesGone{Dropped: []messages.DerivedKey{{Owner: "guild/7", Key: "lore/2"}}}
		d.change(nil, gone.Dropped)
		e.Tell(pid, gone)
		agree(t, e, pid, d, "1 the cat")
	})
}
