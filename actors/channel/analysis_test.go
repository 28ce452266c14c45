package channel

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A school is a channel from which others learn.
type school struct {
	*stage
	users, summary, lore *actortest.Probe
}

func inSchool(t *testing.T, change func(*stage, *Config), f func(s *school)) {
	t.Helper()
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := &school{users: e.Probe(), summary: e.Probe(), lore: e.Probe()}
		s.stage = newStage(e, func(st *stage, cfg *Config) {
			st.lore = true
			cfg.Window = 100
			cfg.Learning = Learning{Users: s.users.PID, Summary: s.summary.PID, Lore: s.lore.PID}
			if change != nil {
				change(st, cfg)
			}
		})
		f(s)
	})
}

// chat has somebody say what asks the bot nothing.
func (s *school) chat(from, to messages.MessageID) {
	for id := from; id <= to; id++ {
		s.hear(&messages.MessageReceived{Message: *said("hm", func(m *messages.Message) { m.ID, m.Author.ID, m.Guild = id, bob, 5 })})
	}
}

// worksOf returns the pieces that an analyzer was told of.
func worksOf(p *actortest.Probe) (pieces []messages.Piece) {
	for _, m := range p.Take() {
		if w, ok := m.(*messages.Work); ok {
			pieces = append(pieces, w.Piece)
		}
	}
	return pieces
}

// Analyzers are told of each stretch once: of all where lore is kept, and of those
// where the bot is asked something, for its summary.
func TestStretches(t *testing.T) {
	inSchool(t, nil, func(s *school) {
		s.chat(1, 20)
		if got := worksOf(s.summary); got != nil {
			t.Errorf("nobody asks, and there is a summary of %v", got)
		}
		lore := messages.Piece{Analyzer: messages.AnalyzerLore, Owner: "guild/5", Guild: 5, Channel: general, From: 1, To: 20}
		if d := cmp.Diff([]messages.Piece{lore}, worksOf(s.lore)); d != "" {
			t.Errorf("lore (-want +got):\n%s", d)
		}
		s.say(21, ann, "a")
		s.chat(22, 41)
		summary := messages.Piece{Analyzer: messages.AnalyzerSummary, Owner: general.Owner(), Guild: 5, Channel: general, From: 21, To: 40}
		if d := cmp.Diff([]messages.Piece{summary}, worksOf(s.summary)); d != "" {
			t.Errorf("summary (-want +got):\n%s", d)
		}
	})
}

// Who asks is told what they said, once, and again when they say it otherwise.
func TestTold(t *testing.T) {
	inSchool(t, nil, func(s *school) {
		said := func(text string) []any {
			return []any{&messages.Deliver{To: uint64(ann), Message: &messages.Said{Guild: 5, Channel: general, Message: 10, Person: ann, Text: text}}}
		}
		ask := asking(10, ann, "a")
		ask.Message.Guild = 5
		s.hear(ask)
		s.hear(ask)
		if d := cmp.Diff(said("a"), s.users.Take()); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
		ask.Message.Content = "<@99> b"
		s.hear(&messages.MessageEdited{Message: ask.Message})
		if d := cmp.Diff(said("b"), s.users.Take()); d != "" {
			t.Errorf("told of the edit (-want +got):\n%s", d)
		}
	})
}

// A summary that is kept is told to whom it says something new, until something of it
// is gone: then the stretch is summed up anew.
func TestChunk(t *testing.T) {
	inSchool(t, nil, func(s *school) {
		s.say(40, ann, "a")
		chunk := &messages.Chunk{From: 1, To: 30, Text: "in short", Sources: []messages.Source{{Message: 7, Person: bob}}}
		learned := &messages.Learned{Pieces: []messages.Piece{{ID: 3}}, At: time.Now().Add(time.Nanosecond), Chunk: chunk}
		time.Sleep(time.Second)
		if d := cmp.Diff(any(&messages.LearnedTaken{Done: true}), s.hear(learned)); d != "" {
			t.Fatalf("it answers (-want +got):\n%s", d)
		}
		told := func() []messages.Chunk {
			m, err := s.e.Ask(s.pid, &messages.GetWindow{Trigger: 40})
			if err != nil {
				t.Fatal(err)
			}
			return m.(*messages.Window).Chunks
		}
		if d := cmp.Diff([]messages.Chunk{{From: 1, To: 30, Text: "in short"}}, told()); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
		s.sources = []messages.DerivedKey{{Owner: general.Owner(), Key: "chunk/1-30"}}
		s.hear(&messages.MessagesDeleted{Channel: general, Guild: 5, Messages: []messages.MessageID{7}})
		if got := told(); got != nil {
			t.Errorf("still told: %v", got)
		}
		if got := worksOf(s.summary); len(got) != 1 || got[0].From != 1 || got[0].To != 30 {
			t.Errorf("summed up anew: %v", got)
		}
		if d := cmp.Diff(any(&messages.LearnedTaken{}), s.hear(learned)); d != "" {
			t.Errorf("of what is gone (-want +got):\n%s", d)
		}
	})
}

// The summaries of a former instance are told.
func TestChunksKept(t *testing.T) {
	inSchool(t, func(s *stage, _ *Config) {
		s.derived = []messages.Derived{
			{Owner: general.Owner(), Key: "chunk/1-30", Value: `{"from":1,"to":30,"text":"in short"}`},
			{Owner: general.Owner(), Key: "chunk/31-60", Value: `{`},
		}
	}, func(s *school) {
		s.say(40, ann, "a")
		m, err := s.e.Ask(s.pid, &messages.GetWindow{Trigger: 40})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]messages.Chunk{{From: 1, To: 30, Text: "in short"}}, m.(*messages.Window).Chunks); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
	})
}

// What goes while the summaries are being read is not told, and summed up anew.
func TestChunkGoneEarly(t *testing.T) {
	var reader *actor.PID
	inSchool(t, func(s *stage, _ *Config) {
		s.reader = func(pid *actor.PID) { reader = pid }
		s.sources = []messages.DerivedKey{{Owner: general.Owner(), Key: "chunk/1-30"}}
	}, func(s *school) {
		s.say(40, ann, "a")
		s.hear(&messages.MessagesDeleted{Channel: general, Guild: 5, Messages: []messages.MessageID{7}})
		s.e.Tell(reader, &messages.KeptFound{Derived: []messages.Derived{ // as it was before
			{Owner: general.Owner(), Key: "chunk/1-30", Value: `{"from":1,"to":30,"text":"in short"}`},
			{Owner: general.Owner(), Key: "chunk/31-39", Value: `{"from":31,"to":39,"text":"briefly"}`},
		}})
		m, err := s.e.Ask(s.pid, &messages.GetWindow{Trigger: 40})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]messages.Chunk{{From: 31, To: 39, Text: "briefly"}}, m.(*messages.Window).Chunks); d != "" {
			t.Errorf("told (-want +got):\n%s", d)
		}
		if got := worksOf(s.summary); len(got) != 1 || got[0].From != 1 || got[0].To != 30 {
			t.Errorf("summed up anew: %v", got)
		}
	})
}

// A deletion is done with when what came of the message is forgotten, and its owners
// know.
func TestSourcesForgotten(t *testing.T) {
	inSchool(t, func(s *stage, _ *Config) {
		s.clings = 2
		s.sources = []messages.DerivedKey{{Owner: ann.Owner(), Key: "fact/1"}}
	}, func(s *school) {
		s.chat(1, 1)
		s.guilds.Take()
		began := time.Now()
		s.hear(&messages.MessagesDeleted{Channel: general, Guild: 5, Messages: []messages.MessageID{1}})
		if took := time.Since(began); took != 2*keepPause {
			t.Errorf("taken after %v", took)
		}
		gone := &messages.SourcesGone{Messages: []messages.MessageID{1}, Dropped: s.sources}
		if d := cmp.Diff([]any{&messages.Deliver{To: uint64(ann), Message: gone}}, s.users.Take()); d != "" {
			t.Errorf("the owner is told (-want +got):\n%s", d)
		}
		var guild any
		for _, m := range s.guilds.Take() {
			if d := m.(*messages.Deliver); !isGuildContext(d.Message) {
				guild = m
			}
		}
		if d := cmp.Diff(any(&messages.Deliver{To: 5, Message: &messages.SourcesGone{Messages: []messages.MessageID{1}}}), guild); d != "" {
			t.Errorf("the guild is told (-want +got):\n%s", d)
		}
	})
}

// What was concluded for the guild goes through the channel, unless it is from what was
// edited meanwhile.
func TestLorePasses(t *testing.T) {
	inSchool(t, nil, func(s *school) {
		s.chat(1, 2)
		s.guilds.Take()
		learned := func(at time.Time) *messages.Learned {
			return &messages.Learned{At: at, Pieces: []messages.Piece{{Guild: 5}}, Lore: []messages.Lore{{Text: "a", Sources: []messages.Source{{Message: 2}}}}}
		}
		time.Sleep(time.Second)
		fresh := learned(time.Now())
		time.Sleep(time.Second)
		s.e.Tell(s.pid, fresh)
		if d := cmp.Diff([]any{&messages.Deliver{To: 5, Message: fresh}}, s.guilds.Take()); d != "" {
			t.Errorf("the guild hears (-want +got):\n%s", d)
		}
		stale := learned(time.Now())
		s.hear(&messages.MessageEdited{Message: *said("ho", func(m *messages.Message) { m.ID, m.Author.ID, m.Guild = 2, bob, 5 })})
		if d := cmp.Diff(any(&messages.LearnedTaken{}), s.hear(stale)); d != "" {
			t.Errorf("of what was edited (-want +got):\n%s", d)
		}
	})
}

// A channel that was asleep when it was concluded knows its guild from the work.
func TestLorePassesWhenWoken(t *testing.T) {
	inSchool(t, nil, func(s *school) {
		time.Sleep(time.Second)
		learned := &messages.Learned{At: time.Now(), Pieces: []messages.Piece{{Guild: 5, Channel: general}}, Lore: []messages.Lore{{Text: "a"}}}
		s.e.Tell(s.pid, learned)
		if d := cmp.Diff([]any{&messages.Deliver{To: 5, Message: learned}}, s.guilds.Take()); d != "" {
			t.Errorf("the guild hears (-want +got):\n%s", d)
		}
	})
}

// later is a history that is asked what was said after something.
type later struct{ past }

func (later) HistoryAfter(_ context.Context, _ messages.ChannelID, after messages.MessageID, _ int) (found []messages.Message, err error) {
	for id := after + 1; id < after+9; id++ {
		found = append(found, *said("found", func(m *messages.Message) { m.ID = id }))
	}
	return found, nil
}

// A stretch is read from the window, or from Discord where the window does not have it
// any more.
func TestLines(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Fake(func(c *actor.Context) {
			if j, ok := c.Message().(*messages.Job); ok {
				time.Sleep(time.Second)
				c.Respond(&messages.JobDone{Result: j.Run(t.Context(), nil)})
			}
		})
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.History, cfg.Pool, cfg.Reader = later{}, pool.PID, e.Probe().PID })
		for id := messages.MessageID(10); id < 15; id++ {
			s.hear(&messages.MessageReceived{Message: *said("hm", func(m *messages.Message) { m.ID, m.Author.ID = id, bob })})
		}
		for _, tt := range []struct {
			name     string
			from, to messages.MessageID
			want     int
			text     string
		}{
			{"in the window", 11, 13, 3, "hm"},
			{"before it", 2, 5, 4, "found"},
		} {
			began := time.Now()
			m, err := e.Ask(s.pid, &messages.GetLines{From: tt.from, To: tt.to})
			synctest.Wait()
			lines, ok := m.(*messages.Lines)
			if !ok || len(lines.Lines) != tt.want || lines.Lines[0].Text != tt.text || lines.Lines[0].ID != tt.from {
				t.Errorf("%s: %+v, %v", tt.name, m, err)
			} else if !lines.At.Equal(began) { // what changes while Discord answers may not be in it
				t.Errorf("%s: they are from %v after they were asked for", tt.name, lines.At.Sub(began))
			}
		}
	})
}

// What is edited while Discord is asked what was said is not known to be as Discord
// tells.
func TestLinesEdited(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Fake(func(c *actor.Context) {
			if j, ok := c.Message().(*messages.Job); ok {
				engine, asker, done := c.Engine(), c.Sender(), &messages.JobDone{Result: j.Run(t.Context(), nil)}
				time.AfterFunc(time.Second, func() { engine.Send(asker, done) })
			}
		})
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.History, cfg.Pool, cfg.Reader = later{}, pool.PID, e.Probe().PID })
		s.hear(&messages.MessageReceived{Message: *said("hm", func(m *messages.Message) { m.ID, m.Author.ID = 10, bob })})
		time.Sleep(time.Minute)
		asked := e.Probe()
		e.SendWithSender(s.pid, &messages.GetLines{From: 2, To: 5}, asked.PID)
		time.Sleep(time.Second / 2)
		s.hear(&messages.MessageEdited{Message: *said("otherwise", func(m *messages.Message) { m.ID, m.Author.ID = 3, bob })})
		time.Sleep(time.Minute)
		lines, ok := asked.Take()[0].(*messages.Lines)
		if !ok || lines.Lines[1].ID != 3 || lines.Lines[1].Text != "found" {
			t.Fatalf("answers %+v", lines)
		}
		learned := &messages.Learned{At: lines.At, Chunk: &messages.Chunk{From: 2, To: 5, Text: "found", Sources: []messages.Source{{Message: 3, Person: bob}}}}
		if d := cmp.Diff(any(&messages.LearnedTaken{}), s.hear(learned)); d != "" {
			t.Errorf("what was concluded from that is taken (-want +got):\n%s", d)
		}
	})
}
