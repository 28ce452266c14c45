package bot_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/store"
	"troupe/supervision"

	"github.com/prometheus/client_golang/prometheus"
)

// The full load: more is asked than Gemini's pool can do, and about as much is
// posted as Discord's can.
const (
	loadSlots  = 5 // of Gemini
	loadPosts  = 4 // of Discord
	loadCall   = 600 * time.Millisecond
	loadWrite  = 250 * time.Millisecond
	loadPause  = 80 * time.Millisecond // between questions
	loadAsks   = 250
	loadPerDay = 10_000 // requests that Gemini's day has
)

// A victim is an actor, by what only it gets, that panics in the middle of the
// load.
type victim struct {
	name string
	kind string
	at   func(m any) bool
}

// isA returns what knows messages of a type.
func isA[M any](m any) bool { _, ok := m.(M); return ok }

// forKind returns what knows the jobs of a kind, by themselves or to be shared.
func forKind(kind string) func(m any) bool {
	return func(m any) bool {
		if join, ok := m.(*messages.Join); ok {
			m = join.Job
		}
		job, ok := m.(*messages.Job)
		return ok && job.Kind == kind
	}
}

func victims() []victim {
	return []victim{
		{"nobody", "", func(any) bool { return false }},
		{"router of Gemini", "router", forKind("generate")},
		{"router of Discord", "router", forKind("post")},
		{"router of context", "router", forKind("attachment")},
		{"coalescer of answers", "coalescer", forKind("generate")},
		{"coalescer of what is attached", "coalescer", forKind("attachment")},
		{"cache", "cache", isA[*messages.GetAnswer]},
		{"quota, before a request", "quota", isA[*messages.Reserve]},
		{"quota, after one", "quota", isA[*messages.Settle]},
		{"health", "health", isA[*messages.GetHealth]},
	}
}

// A crash is a bot under full load, one of whose actors panics once.
type crash struct {
	*stage
	victim
	towns    []*town
	ledger   store.Store
	registry *prometheus.Registry

	mu     sync.Mutex
	armed  bool
	panics int
	busy   int // requests under way at Gemini when it panicked
}

func (v victim) load(t *testing.T, f func(*crash)) {
	t.Helper()
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: loadWrite})
	plan.Set(discordsim.ClassMessageEdit, fault.Fault{Latency: loadWrite})
	onStage(t, discordsim.Config{Plan: plan}, func(s *stage) {
		c := &crash{stage: s, victim: v}
		s.gemini.SetLatency(geminisim.Latency{First: loadCall, Last: loadCall})
		s.gemini.SetAnswer(brevity)
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, loadPerDay, 0
		s.cfg.Gemini.Concurrency = config.Concurrency{Start: loadSlots, Pinned: true}
		s.cfg.Discord.Concurrency = config.Concurrency{Start: loadPosts, Pinned: true}
		s.cfg.Memory.Idle = time.Minute
		s.alter = func(w *supervision.World) {
			c.ledger, c.registry = w.Store.(store.Store), w.Metrics.(*prometheus.Registry)
		}
		f(c)
	})
}

func (c *crash) before(kind string, m any) {
	if kind != c.kind || !c.at(m) {
		return
	}
	c.mu.Lock()
	hit := c.armed
	if hit {
		c.armed = false
		c.panics++
		c.busy = c.gemini.Load().InFlight
	}
	c.mu.Unlock()
	if hit {
		panic("crash")
	}
}

// arm has the victim panic at the next message that only it gets.
func (c *crash) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = true
}

// endure has everybody ask once, and the victim panic meanwhile.
func (c *crash) endure() {
	c.t.Helper()
	const guilds, channels = 5, 6
	for i := range guilds {
		c.towns = append(c.towns, c.town(fmt.Sprint("load", i), channels, loadAsks/guilds, nil))
		for _, where := range c.towns[i].channels { // so that all are awake
			c.say(discordsim.Say{Person: c.ann, Channel: where, Text: "@Troupe and what of our item?"})
			time.Sleep(time.Second)
		}
	}
	for i := range loadAsks {
		if i == loadAsks/2 {
			c.arm()
		}
		if i%10 == 0 {
			c.use(c.ann, "status", nil)
		}
		c.ask(c.towns[i%guilds], i)
		time.Sleep(loadPause)
	}
	time.Sleep(20 * time.Minute)
}

// ask has the next person of a town ask something: what others ask just now, what
// stands alone, what has a file, or something of their own.
func (c *crash) ask(w *town, i int) {
	n := len(w.asked)
	m := discordsim.Say{Person: w.people[n], Channel: w.channels[n%len(w.channels)]}
	switch n % 10 {
	case 1:
		m.Channel = w.channels[(n-1)%len(w.channels)] // as the one before
		fallthrough
	case 0:
		m.Text = fmt.Sprint("@Troupe and what of the plan's part ", n/10, "?")
	case 4, 8:
		m.Text = fmt.Sprint("@Troupe what is ", n%10, " times seven?")
	case 5:
		m.Text, m.Files = "@Troupe what do you make of it?", []discordsim.File{{Name: "a.txt", Data: fmt.Append(nil, "note ", i)}}
	default:
		m.Text = fmt.Sprintf("@Troupe and what of our item %d?", i)
	}
	c.say(m)
	w.asked = append(w.asked, time.Now())
}

// A survey is what a crash came to.
type survey struct {
	answered, refused, silent int
	twice                     int           // people who got more than one message
	waited                    time.Duration // the longest, for the whole answer or a refusal
	posts                     int           // of Discord's requests, the most under way at once
	limited                   int           // requests that Discord answered with a 429
}

// survey looks at each question, and at what was under way at once.
func (c *crash) survey(l *lookout) (r survey) {
	got := map[messages.UserID]int{}
	for _, m := range c.discord.MessagesOf(c.discord.Bot()) {
		people := slices.Clone(m.Mentions)
		if m.Reply != nil && !slices.Contains(people, m.Reply.Author) {
			people = append(people, m.Reply.Author)
		}
		for _, who := range people {
			got[who]++
		}
	}
	for _, w := range c.towns {
		for i, asked := range w.asked {
			who := w.people[i]
			first, whole := l.seen(who)
			switch {
			case !whole.IsZero():
				r.answered++
				r.waited = max(r.waited, whole.Sub(asked))
			case !first.IsZero():
				r.refused++
				r.waited = max(r.waited, first.Sub(asked))
			default:
				r.silent++
			}
			if got[who] > 1 {
				r.twice++
			}
		}
	}
	r.posts, r.limited = mostAtOnce(c.discord.Requests()), c.discord.Tally().Limited
	return r
}

// mostAtOnce returns how many requests to write were under way at once, at most.
func mostAtOnce(requests []discordsim.Request) (most int) {
	type change struct {
		at time.Time
		by int
	}
	var all []change
	for _, q := range requests {
		if q.Class == discordsim.ClassMessageCreate || q.Class == discordsim.ClassMessageEdit {
			all = append(all, change{q.At, 1}, change{q.At.Add(q.Took), -1})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), a.by-b.by) })
	n := 0
	for _, c := range all {
		n += c.by
		most = max(most, n)
	}
	return most
}

// counted returns what the quota has counted, on disk and in its own report.
func (c *crash) counted() (kept, told int) {
	c.t.Helper()
	attempts, err := c.ledger.Attempts(c.t.Context(), time.Time{})
	if err != nil {
		c.t.Fatal(err)
	}
	families, err := c.registry.Gather()
	if err != nil {
		c.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, label := range m.GetLabel() {
				if f.GetName() == "troupe_quota_left" && label.GetValue() == "rpd" {
					told = loadPerDay - int(m.GetGauge().GetValue())
				}
			}
		}
	}
	return len(attempts), told
}

// Whichever of the actors that all others need panics under full load, no more
// requests are under way than its pool allows, each question has one outcome
// within its deadline, and the quota's count is that of Gemini.
func TestFigureCrash(t *testing.T) {
	out := newSheet(t, fmt.Sprintf("An actor panics in the middle of %d questions, where %d calls of Gemini and %d posts may be under way at once",
		loadAsks, loadSlots, loadPosts),
		"answered", "refused", "neither", "twice", "the longest wait", "deadline", "calls at the crash", "calls at most", "posts at most", "429s",
		"requests that Gemini counts", "that the quota has kept", "that it tells")
	for _, v := range victims() {
		v.load(t, func(c *crash) {
			stop := c.run(c.before)
			l := c.lookout()
			c.endure()
			r, load, calls := c.survey(l), c.gemini.Load(), c.gemini.Count(c.cfg.Gemini.Model).Requests
			kept, told := c.counted()
			wantNothingLeft(t, c.registry)
			if err := stop(); err != nil {
				t.Error(err)
			}
			out.row(v.name, r.answered, r.refused, r.silent, r.twice, r.waited.Round(time.Millisecond), bound(r.waited, poolWait),
				c.busy, load.Peak, r.posts, r.limited, calls, kept, told)
			if r.answered != loadAsks || r.twice > 0 || load.Peak != loadSlots || r.posts > loadPosts || r.limited > 0 {
				t.Errorf("%s: %+v, %+v at Gemini", v.name, r, load)
			}
			if kept != calls || told != calls {
				t.Errorf("%s: Gemini counts %d requests; the quota has kept %d and tells %d", v.name, calls, kept, told)
			}
			if v.kind != "" && c.panics != 1 {
				t.Errorf("%s: it panicked %d times", v.name, c.panics)
			}
			for _, u := range c.discord.Uses() {
				if u.Acknowledged.IsZero() || u.Thinking || len(u.Answers) == 0 {
					t.Errorf("%s: a /%s has no answer", v.name, u.Name)
				}
			}
			out.atMost(v.name+": the longest wait", r.waited, poolWait)
		})
	}
}
