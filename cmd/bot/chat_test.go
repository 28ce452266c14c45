package bot_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/journal"
	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// A steadyStore is one each of whose commits takes a time, as on a disk.
type steadyStore struct{ journal.Store }

func (s steadyStore) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	select {
	case <-time.After(commitTakes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.Store.Apply(ctx, writes, written)
}

// play plays the chat of a seed.
func (m misbehaviour) play(t *testing.T, seed uint64) (played chat) {
	t.Helper()
	plan := fault.NewPlan()
	onStage(t, discordsim.Config{Plan: plan, Limits: discordsim.Limits{Off: true}}, func(s *stage) {
		p := &player{stage: s, misbehaviour: m, plan: plan, random: rand.New(rand.NewPCG(seed, 0)), vandal: vandal{free: make(chan struct{})}}
		p.prepare(seed)
		stop := s.run(p.before)
		played = p.talk()
		began := time.Now()
		if err := stop(); err != nil {
			t.Error(err)
		}
		played.stopped = time.Since(began)
		close(p.vandal.free)
		time.Sleep(time.Second) // what was under way ends
	})
	return played
}

// A player plays a chat.
type player struct {
	*stage
	misbehaviour
	vandal   vandal
	flood    flood
	people   []messages.UserID
	plan     *fault.Plan
	random   *rand.Rand
	registry *prometheus.Registry
	engine   *actor.Engine

	look   sync.Mutex
	told   int
	health messages.Health
	books  books
}

// prepare makes the world of the chat.
func (p *player) prepare(seed uint64) {
	s := p.stage
	p.people = s.newcomers(chatAsks)
	p.flood = flood{people: p.people, guild: s.guild, channel: s.general}
	s.gemini.SetAnswer(func(q *messages.Prompt) geminisim.Reply {
		r := essay(q)
		if q.Schema != "" {
			r = geminisim.StandIn(q)
		}
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, seed, q.Turns[len(q.Turns)-1].Text)
		d := leastCall + (mostCall-leastCall)*time.Duration(h.Sum64()%1000)/1000
		r.Latency = &geminisim.Latency{First: d / 2, Last: d}
		return r
	})
	p.plan.Set(discordsim.ClassMessageList, fault.Fault{Latency: listTakes})
	s.log = slog.New(slog.DiscardHandler) // it is full of stacks
	s.cfg.Discord.RequestsPerSecond = 0
	s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
	s.cfg.Gemini.Concurrency = config.Concurrency{Start: 20, Pinned: true}
	s.cfg.Answer.Cache = 0
	if p.onDisk {
		s.cfg.Store = "sqlite:" + filepath.Join(s.t.TempDir(), "troupe.db")
	}
	s.alter = func(w *supervision.World) {
		p.registry = w.Metrics.(*prometheus.Registry)
		w.Minds = p.hurried(&p.vandal)
		w.Grown = func(e *actor.Engine) { p.engine = e }
		changed := w.Changed
		w.Changed = func(h *messages.Health) {
			p.look.Lock()
			defer p.look.Unlock()
			p.health = *h
			changed(h)
		}
		consent(s.t, w, s.guild, p.people)
		w.Store = steadyStore{w.Store}
	}
}

// consent writes down that all may be learned.
func consent(t testing.TB, w *supervision.World, guild messages.GuildID, people []messages.UserID) {
	t.Helper()
	notes := []any{&messages.KeepNote{Owner: guild.Owner(), Key: "lore", Value: "1"}}
	for _, who := range people {
		for _, what := range []string{messages.ConsentMemory, messages.ConsentProfile} {
			notes = append(notes, &messages.KeepNote{Owner: who.Owner(), Key: "consent/" + what, Value: "1"})
		}
	}
	if _, err := w.Store.Apply(t.Context(), notes, nil); err != nil {
		t.Fatal(err)
	}
}

// before keeps the books, and has analyzers panic.
func (p *player) before(kind string, m any) {
	p.look.Lock()
	if _, crashed := m.(*messages.ActorCrashed); crashed && kind == "supervisor" {
		p.told++
	}
	if answered, ok := m.(actors.Answered); ok && kind == "command" {
		if parts, ok := answered.Message.(*messages.Parts); ok {
			p.books = books{int(p.vandal.panics.Load()), counted(p.t, p.registry, "troupe_actor_crashes_total", "analyzer"), p.told, *parts, p.health}
		}
	}
	p.look.Unlock()
	if p.misbehaviour.before {
		p.vandal.before(kind, m)
	}
}

// talk has people talk, and looks at what became of it.
func (p *player) talk() chat {
	var channels []messages.ChannelID
	for i := range chatChannels {
		channels = append(channels, p.discord.AddChannel(p.guild, fmt.Sprint("chat-", i)))
	}
	l := p.lookout()
	drown, end := context.WithCancel(p.t.Context())
	if p.floods {
		go p.flood.run(drown, p.engine)
	}
	var asked []time.Time
	for i := range p.people {
		asked = append(asked, time.Now())
		p.question(i, channels[p.random.IntN(chatChannels)])
		time.Sleep(min(time.Duration(p.random.ExpFloat64()*float64(chatGap)), 5*chatGap))
	}
	time.Sleep(time.Second) // until the last is answered
	end()
	time.Sleep(p.settles)
	p.use(p.ann, "status", nil)
	time.Sleep(5 * time.Second)
	return p.survey(l, asked)
}

// question has somebody ask, after others have said something. From then on Discord
// takes another time.
func (p *player) question(i int, where messages.ChannelID) {
	post := fault.Fault{Latency: leastPost + time.Duration(p.random.Int64N(int64(mostPost-leastPost)))}
	p.plan.Set(discordsim.ClassMessageCreate, post)
	p.plan.Set(discordsim.ClassMessageEdit, post)
	for range chatRemarks {
		p.say(discordsim.Say{Person: p.people[p.random.IntN(chatAsks)], Channel: where, Text: "I grew up in Graz, by the way."})
	}
	q := discordsim.Say{Person: p.people[i], Channel: where, Text: fmt.Sprintf("@Troupe I live in Graz. And what of our item %d?", i)}
	if i%chatFiles == 0 {
		q.Files = []discordsim.File{{Name: "a.txt", Data: fmt.Append(nil, "note ", i)}}
	}
	p.say(q)
}

// survey returns what became of the questions.
func (p *player) survey(l *lookout, asked []time.Time) (c chat) {
	replies := map[messages.UserID]int{}
	for _, m := range p.discord.MessagesOf(p.discord.Bot()) {
		if m.Reply != nil {
			replies[m.Reply.Author]++
		}
	}
	for i, who := range p.people {
		first, whole := l.seen(who)
		if whole.IsZero() {
			continue
		}
		c.first, c.whole = append(c.first, first.Sub(asked[i])), append(c.whole, whole.Sub(asked[i]))
		if replies[who] == 1 {
			c.once++
		}
	}
	c.learned = counted(p.t, p.registry, "troupe_analyzer_pieces_total", "done")
	c.stuck, c.books = int(p.vandal.thinks.Load()), p.books
	return c
}
