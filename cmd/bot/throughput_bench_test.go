package bot_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"troupe/cmd/bot"
	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// BenchmarkDurable compares how many questions a second are answered with the
// store on disk and with one in memory, when 300 people ask in 100 channels, each
// again when the last answer is there. Gemini and Discord take 20 ms each. The
// two take turns, in short ones, since the machine may have other things to do.
func BenchmarkDurable(b *testing.B) {
	const pairs, turns = 5, 8
	disk := newMarket(b, "sqlite:"+filepath.Join(b.TempDir(), "troupe.db"))
	memory := newMarket(b, "memory:")
	for range 2 { // until all is warm
		disk.turn(b)
		memory.turn(b)
	}
	var onDisk, inMemory, ratios []float64
	for range pairs {
		var d, m time.Duration
		for range turns / 2 {
			d += disk.turn(b)
			m += memory.turn(b) + memory.turn(b)
			d += disk.turn(b)
		}
		const questions = turns * perTurn
		onDisk = append(onDisk, questions/d.Seconds())
		inMemory = append(inMemory, questions/m.Seconds())
		ratios = append(ratios, float64(m)/float64(d))
	}
	for _, all := range [][]float64{onDisk, inMemory, ratios} {
		b.Logf("%.2f", all)
		slices.Sort(all)
	}
	b.ReportMetric(onDisk[pairs/2], "disk-answers/s")
	b.ReportMetric(inMemory[pairs/2], "memory-answers/s")
	b.ReportMetric(ratios[pairs/2], "ratio")
	b.ReportMetric(0, "ns/op")
}

// A market is a ground with many people and channels, and a bot.
type market struct {
	*ground
	channels []messages.ChannelID
	asked    int
}

const perTurn = 600 // questions

func newMarket(b *testing.B, store string) *market {
	b.Helper()
	return newMarketWith(b, store, func(*market, *bot.Options) {})
}

// newMarketWith makes one whose bot has other options.
func newMarketWith(b testing.TB, store string, alter func(*market, *bot.Options)) *market {
	b.Helper()
	m := &market{ground: newGround(b, 300, discordsim.Limits{Off: true})}
	m.plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: 20 * time.Millisecond})
	m.gemini.SetLatency(geminisim.Latency{First: 20 * time.Millisecond, Last: 20 * time.Millisecond})
	for i := range 100 {
		m.channels = append(m.channels, m.discord.AddChannel(m.guild, fmt.Sprint("channel-", i)))
	}
	cfg := m.config()
	wide := config.Concurrency{Start: len(m.people), Pinned: true}
	cfg.Store, cfg.Discord.Concurrency, cfg.Gemini.Concurrency = store, wide, wide
	o := bot.Options{Config: cfg}
	alter(m, &o)
	b.Cleanup(m.startWith(b, o))
	return m
}

// turn returns how long the bot takes for some questions, as many at a time as
// there are people.
func (m *market) turn(b testing.TB) time.Duration {
	b.Helper()
	began := time.Now()
	for person := range m.people {
		m.ask(b, person)
	}
	for answered := range perTurn {
		person := m.answered(b)
		if answered+len(m.people) < perTurn {
			m.ask(b, slices.Index(m.people, person))
		}
	}
	return time.Since(began)
}

func (m *market) ask(b testing.TB, person int) {
	b.Helper()
	m.asked++
	if _, err := m.discord.Say(discordsim.Say{
		Person: m.people[person], Channel: m.channels[person%len(m.channels)], Text: fmt.Sprintf("@Troupe question %d?", m.asked),
	}); err != nil {
		b.Fatal(err)
	}
}

// answered waits for an answer and returns whom it is for.
func (m *market) answered(b testing.TB) messages.UserID {
	b.Helper()
	for {
		select {
		case c := <-m.said:
			if c.Kind == discordsim.MessageCreated && c.Message.Reply != nil {
				return c.Message.Reply.Author
			}
		case <-time.After(20 * time.Second):
			b.Fatal("no answer")
		}
	}
}
