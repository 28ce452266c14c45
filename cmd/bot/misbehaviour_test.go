package bot_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"troupe/actors/analyzer"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A misbehaviour is a way in which analyzers go wrong.
type misbehaviour struct {
	name    string
	minds   func(*vandal) []analyzer.Mind // nil: they are well
	before  bool                          // analyzers panic at whatever they get
	floods  bool                          // they get a flood of work
	crashes bool                          // they crash by it
	hangs   bool                          // they do so by themselves: nothing panics
	settles time.Duration                 // until it is looked what became of all
	onDisk  bool                          // the store is a file: one in memory is no place for a backlog
}

// misbehaviours are all that are compared.
func misbehaviours() []misbehaviour {
	const long = 15 * time.Minute // all give up, come back and give up again
	return []misbehaviour{
		{name: "panics at every message", before: true, crashes: true, settles: long},
		{name: "panics at every batch", minds: (*vandal).panicking, crashes: true, settles: long},
		{name: "never returns", minds: (*vandal).hanging, crashes: true, hangs: true, settles: long},
		{name: "leaks memory and goroutines", minds: (*vandal).leaking, settles: long},
		{name: "concludes megabytes", minds: (*vandal).boundless, crashes: true, settles: long},
		{name: "is flooded with work", floods: true, settles: time.Second, onDisk: true},
	}
}

// gathers is how long these analyzers wait for more work, not to be idle until a chat
// is over.
const gathers = time.Second

// hurried returns the minds.
func (m misbehaviour) hurried(v *vandal) []analyzer.Mind {
	minds := analyzer.Minds()
	if m.minds != nil {
		minds = m.minds(v)
	}
	for i := range minds {
		minds[i].Gather = gathers
	}
	return minds
}

// A vandal is what minds that misbehave share.
type vandal struct {
	panics atomic.Int64 // that were injected
	thinks atomic.Int64 // thoughts that never end
	free   chan struct{}

	mu    sync.Mutex
	hoard [][]byte
}

// before panics at what an analyzer gets.
func (v *vandal) before(kind string, _ any) {
	if kind == "analyzer" {
		v.panic()
	}
}

func (v *vandal) panic() {
	v.panics.Add(1)
	panic("sabotage")
}

func (v *vandal) panicking() []analyzer.Mind {
	return thinking(func(messages.Analyzer, *analyzer.Batch) { v.panic() })
}

func (v *vandal) hanging() []analyzer.Mind {
	return thinking(func(messages.Analyzer, *analyzer.Batch) {
		v.thinks.Add(1)
		<-v.free
	})
}

// What a mind leaks with each batch, and all together, so that the test survives.
const (
	leakBytes      = 1 << 20
	leakGoroutines = 10
	leakMost       = 256
)

func (v *vandal) leaking() []analyzer.Mind {
	return thinking(func(messages.Analyzer, *analyzer.Batch) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.hoard) >= leakMost {
			return
		}
		v.hoard = append(v.hoard, make([]byte, leakBytes))
		for range leakGoroutines {
			go func() { <-v.free }()
		}
	})
}

// boundless are minds that come to far more than anybody could take in. They ask no
// model.
func (v *vandal) boundless() []analyzer.Mind {
	minds := analyzer.Minds()
	long := strings.Repeat("and so on ", 1000)
	for i := range minds {
		minds[i].Ask = nil
		minds[i].Conclude = func(b *analyzer.Batch, _ string) (*messages.Learned, error) {
			v.panics.Add(1) // it is taken for one
			l := &messages.Learned{Chunk: &messages.Chunk{From: b.Pieces[0].From, To: b.Pieces[0].To, Text: strings.Repeat(long, 1000)}}
			for n := range 2000 {
				l.Facts = append(l.Facts, messages.Fact{About: fmt.Sprint("thing ", n), Text: long})
				l.Said = append(l.Said, messages.SaidNote{Message: messages.MessageID(n + 1)})
				l.Lore = append(l.Lore, messages.Lore{Kind: messages.LoreFact, Text: long, Message: messages.MessageID(n + 1)})
			}
			return l, nil
		}
	}
	return minds
}

// A flood is work that nobody should send: so many pieces a second to each analyzer.
type flood struct {
	people  []messages.UserID // who are said to have said it
	channel messages.ChannelID
	guild   messages.GuildID
}

const (
	floodRate = 10_000 // pieces a second
	floodTick = 10 * time.Millisecond
)

// run sends work until ctx ends.
func (f *flood) run(ctx context.Context, e *actor.Engine) {
	tick := time.NewTicker(floodTick)
	defer tick.Stop()
	for ctx.Err() == nil {
		now := messages.MessageIDAt(time.Now())
		for n := range int(floodRate / (time.Second / floodTick)) {
			who := f.people[n%len(f.people)]
			id := now + messages.MessageID(n)
			for _, name := range []messages.Analyzer{
				messages.AnalyzerBehaviour, messages.AnalyzerMemory, messages.AnalyzerSummary, messages.AnalyzerLore,
			} {
				p := messages.Piece{Analyzer: name, Guild: f.guild, Channel: f.channel, From: id, To: id, Text: "and what of the flood?"}
				switch name {
				case messages.AnalyzerBehaviour, messages.AnalyzerMemory:
					p.Owner, p.Person = who.Owner(), who
				case messages.AnalyzerSummary:
					p.Owner = f.channel.Owner()
				case messages.AnalyzerLore:
					p.Owner = f.guild.Owner()
				}
				e.Send(actor.NewPID(e.Address(), "analyzer/"+string(name)), &messages.Work{Piece: p})
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}
