package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"troupe/cmd/bot"
	"troupe/discord"
	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// The tests whose names begin with TestFigure play what Troupe is measured by, on
// simulated time, so that they come out the same on each machine. Each prints its
// figures beside those of a baseline that it plays in the same world, and fails if
// the figure's target is missed. "make bench" prints them all.

// A sheet is what a figure prints.
type sheet struct {
	t     *testing.T
	table *tabwriter.Writer
}

// newSheet begins a sheet with what it shows and the heads of its columns.
func newSheet(t *testing.T, title string, heads ...any) *sheet {
	t.Helper()
	_, _ = fmt.Fprintf(t.Output(), "\n%s\n", title)
	s := &sheet{t, tabwriter.NewWriter(t.Output(), 0, 0, 3, ' ', 0)}
	s.row(append([]any{""}, heads...)...)
	t.Cleanup(func() { _ = s.table.Flush() })
	return s
}

// row prints what is shown of one thing. The first cell is its name.
func (s *sheet) row(cells ...any) {
	for _, c := range cells {
		_, _ = fmt.Fprintf(s.table, "%v\t", c)
	}
	_, _ = fmt.Fprintln(s.table)
}

// atMost fails the test if a figure is more than it may be.
func (s *sheet) atMost(what string, got, most time.Duration) {
	s.t.Helper()
	if got > most {
		s.t.Errorf("%s: %v, more than %v", what, got, most)
	}
}

// unraced skips a figure of thousands of questions where the race detector
// watches, as it would take minutes. What they run is raced by smaller tests.
func unraced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("too much for the race detector")
	}
}

// bound shows a target beside a figure, and by how much that misses it.
func bound(got, most time.Duration) string {
	if got > most {
		return fmt.Sprintf("%v, missed by %v", most, got-most)
	}
	return fmt.Sprint(most)
}

// p95 returns the value that 95 of 100 do not pass.
func p95(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)*95/100]
}

// theEnd ends every answer in the figures, so that a whole one is known by it.
const theEnd = "That is all."

// essay is what Gemini answers in the figures: a few chunks of a stream.
func essay(*messages.Prompt) geminisim.Reply {
	return geminisim.Reply{Text: strings.Repeat("Nobody knows this for sure, and here is why. ", 8) + theEnd}
}

// A lookout notes when people see answers to them: replies, and what mentions
// them.
type lookout struct {
	bot messages.UserID

	mu    sync.Mutex
	first map[messages.UserID]time.Time
	whole map[messages.UserID]time.Time
	posts int
	edits int
	tell  func(who messages.UserID) // is called for each whole answer, if set; it returns at once
}

func (s *stage) lookout() *lookout {
	l := &lookout{bot: s.discord.Bot(), first: map[messages.UserID]time.Time{}, whole: map[messages.UserID]time.Time{}}
	s.t.Cleanup(s.discord.Watch(l.watch))
	return l
}

func (l *lookout) watch(c discordsim.Change) {
	if c.Message.Author != l.bot {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch c.Kind {
	case discordsim.MessageCreated:
		l.posts++
	case discordsim.MessageEdited:
		l.edits++
	case discordsim.MessageDeleted, discordsim.TypingStarted, discordsim.WorldChanged:
		return
	}
	people := slices.Clone(c.Message.Mentions)
	if r := c.Message.Reply; r != nil && !slices.Contains(people, r.Author) {
		people = append(people, r.Author)
	}
	now := time.Now()
	for _, p := range people {
		if l.first[p].IsZero() {
			l.first[p] = now
		}
		if l.whole[p].IsZero() && strings.Contains(c.Message.Content, theEnd) {
			l.whole[p] = now
			if l.tell != nil {
				l.tell(p)
			}
		}
	}
}

// seen returns when somebody saw the first text, and the whole answer; zero for
// not yet.
func (l *lookout) seen(who messages.UserID) (first, whole time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first[who], l.whole[who]
}

// forget makes the next answer to somebody the first.
func (l *lookout) forget(who messages.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.first, who)
	delete(l.whole, who)
}

// A plain bot is what baselines are made of: Troupe's clients of Discord and
// Gemini, which keep to what Discord's answers tell of its limits, and no actors.
// It works until the test ends.
type plain struct {
	*stage
	discord *discord.REST
	gemini  *gemini.Client
	ctx     context.Context
	work    sync.WaitGroup
}

func (s *stage) plain() *plain {
	s.t.Helper()
	transport := &http.Transport{DialContext: s.net.DialContext, MaxIdleConnsPerHost: 64}
	ctx, end := context.WithCancel(s.t.Context())
	p := &plain{stage: s, ctx: ctx}
	s.t.Cleanup(func() {
		end()
		p.work.Wait()
		transport.CloseIdleConnections()
	})
	o := bot.Options{Config: s.cfg, Log: slog.New(slog.DiscardHandler), Transport: transport}
	var err error
	if p.discord, err = bot.NewDiscord(o, func(string) {}); err != nil {
		s.t.Fatal(err)
	}
	if p.gemini, err = bot.NewGemini(ctx, o); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// generate has Gemini answer a question of which nothing is known but the text.
func (p *plain) generate(text string) (*messages.Generation, error) {
	return p.gemini.Generate(p.ctx, &messages.Prompt{
		Model: p.cfg.Gemini.Model, System: "You are helpful.", MaxTokens: p.cfg.Gemini.MaxOutputTokens,
		Turns: []messages.Turn{{Speaker: messages.SpeakerUser, Text: text}},
	}, func(string) {})
}

// reply posts a reply, and waits for the limits that it knows of.
func (p *plain) reply(channel messages.ChannelID, to messages.MessageID, text string) {
	for p.ctx.Err() == nil {
		_, err := p.discord.Post(p.ctx, &messages.Post{Channel: channel, Content: text, ReplyTo: to})
		limited, ok := errors.AsType[*messages.Limited](err)
		if !ok {
			p.expect(err)
			return
		}
		select {
		case <-time.After(limited.Wait):
		case <-p.ctx.Done():
		}
	}
}

// expect fails the test on an error, unless it is at its end.
func (p *plain) expect(err error) {
	if err != nil && p.ctx.Err() == nil {
		p.t.Error(err)
	}
}

// answerEach answers a question with a generation of its own.
func (p *plain) answerEach(channel messages.ChannelID, question messages.MessageID) {
	p.work.Go(func() {
		g, err := p.generate("what is to be done?")
		p.expect(err)
		if err == nil {
			p.reply(channel, question, g.Text)
		}
	})
}
