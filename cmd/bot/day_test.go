package bot_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/cmd/bot"
	"troupe/messages"
	"troupe/sim/chaos"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// A day in a few seconds: quiet and busy hours, stops and kills, short and long,
// lost sessions, a day's quota that is used up and comes back at midnight in Los
// Angeles. Each question has one outcome, and what was refused is refused for
// the quota alone.
func TestDay(t *testing.T) {
	started := time.Now()
	onStage(t, discordsim.Config{History: 5000}, func(s *stage) {
		s.cfg.Gemini.TokensPerMinute = 0
		d := newDay(s, dayRequests)
		for hour := range 24 {
			d.incident(hour)
			d.hour(d.busy(hour))
		}
		time.Sleep(20 * time.Minute)
		d.process.stop(t)
		d.judge()
		d.compare(dayRequests)
	})
	t.Logf("24 hours took %v", time.Since(started).Round(time.Millisecond))
}

// dayRequests is how many requests a day the bot may make of Gemini: fewer than
// it is asked between noon and midnight.
const dayRequests = 200

// A day is a bot with its people for 24 hours, from noon in London on.
type day struct {
	*witness
	places  []messages.ChannelID // the direct ones of the people, in their order, and those of the guild
	folder  string
	kills   int
	process *life
}

func newDay(s *stage, requests int) *day {
	d := &day{witness: newWitness(s, 24, s.newcomers(12)), folder: s.t.TempDir()}
	s.cfg.Limits.DailySpend = 0
	s.cfg.Gemini.RequestsPerDay = requests
	s.gemini.SetLatency(geminisim.Latency{First: 400 * time.Millisecond, Last: 6 * time.Second})
	for _, p := range d.people {
		d.places = append(d.places, d.directs[p])
	}
	for i := range 8 {
		d.places = append(d.places, s.discord.AddChannel(s.guild, fmt.Sprint("channel", i)))
	}
	d.start()
	for i := range d.people { // who writes to the bot for the first time while it is away is not known to it
		d.ask(i)
	}
	return d
}

// busy returns the pause between two questions in an hour of the day.
func (d *day) busy(hour int) time.Duration {
	switch {
	case hour >= 6 && hour < 10: // the evening
		return 75 * time.Second
	case hour >= 12 && hour < 18: // the night
		return 30 * time.Minute
	}
	return 5 * time.Minute
}

// hour has people ask for an hour, at pauses of random length.
func (d *day) hour(pause time.Duration) {
	for end := time.Now().Add(time.Hour); ; {
		time.Sleep(time.Duration(d.r.Int64N(2 * int64(pause))))
		if time.Now().After(end) {
			return
		}
		d.ask(d.r.IntN(len(d.places)))
	}
}

// ask asks a question in a place: the first ones are direct messages.
func (d *day) ask(place int) {
	who, kind := d.people[d.r.IntN(len(d.people))], chaos.Mention
	if place < len(d.people) {
		who, kind = d.people[place], chaos.Direct
	}
	d.question(who, d.places[place], d.newTag(3), kind)
}

// incident is what happens at the beginning of an hour.
func (d *day) incident(hour int) {
	switch hour {
	case 2: // a new version is installed
		d.process.stop(d.t)
		d.start()
	case 4: // the machine is moved
		d.process.stop(d.t)
		d.hourOf(8 * time.Minute)
		d.start()
	case 7: // in the middle of an answer
		d.ask(0)
		time.Sleep(3 * time.Second)
		d.kill()
		d.start()
	case 9:
		d.discord.Invalidate(false)
		d.hourOf(10 * time.Second)
	case 11:
		d.discord.Reconnect()
	case 14: // and nobody looks after it for a while
		d.ask(len(d.people))
		time.Sleep(time.Second)
		d.kill()
		d.hourOf(9 * time.Minute)
		d.start()
	case 16:
		d.discord.Drop()
	case 22:
		d.discord.CloseAll(4009)
	}
}

// hourOf has people ask while the bot is away.
func (d *day) hourOf(lasts time.Duration) {
	for range 4 {
		d.ask(d.r.IntN(len(d.places)))
		time.Sleep(lasts / 4)
	}
}

// A life is one process of the bot.
type life struct {
	end   context.CancelFunc
	ended chan error
	dead  atomic.Bool
}

func (d *day) store() string { return filepath.Join(d.folder, fmt.Sprintf("%d.db", d.kills)) }

func (d *day) start() {
	ctx, end := context.WithCancel(d.t.Context())
	p := &life{end: end, ended: make(chan error, 1)}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if p.dead.Load() {
			return nil, errors.New("killed")
		}
		return d.net.DialContext(ctx, network, addr)
	}
	cfg := *d.cfg
	cfg.Store = "sqlite:" + d.store()
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 64}
	go func() {
		defer transport.CloseIdleConnections()
		p.ended <- bot.Run(ctx, bot.Options{Config: &cfg, Log: logTo(d.t), Transport: transport, Dial: dial})
	}()
	d.process = p
	time.Sleep(20 * time.Second) // until it is connected
}

func (p *life) stop(t *testing.T) {
	t.Helper()
	p.end()
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
}

// kill leaves the process without a network, and its store to the next one as it
// is on the disk.
func (d *day) kill() {
	synctest.Wait()
	old := d.store()
	d.kills++
	for _, part := range []string{"", "-wal", "-intents"} {
		data, err := os.ReadFile(old + part)
		if err == nil {
			err = os.WriteFile(d.store()+part, data, 0o600)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	d.process.dead.Store(true)
	d.net.Cut()
	d.process.end()
}

// judge takes no refusal but those for the quota, and not too many of them.
func (d *day) judge() {
	d.t.Helper()
	v := d.verdict()
	var refused int
	for _, b := range v.Breaches {
		if b.Wrong == chaos.Unexplained && strings.Contains(b.Detail, "lets me ask in a day") {
			refused++
			continue
		}
		d.t.Error(d.record.Tell(b))
	}
	used := d.gemini.Count(d.cfg.Gemini.Model)
	d.t.Logf("%d questions: %v; %d refused for the day's quota; Gemini: %+v",
		len(d.record.Asks), v.Outcomes, refused, used)
	if refused == 0 || refused > len(d.record.Asks)/2 {
		d.t.Errorf("%d questions of %d are refused for the day's quota", refused, len(d.record.Asks))
	}
	if used.Refused > 0 {
		d.t.Errorf("Gemini said no %d times", used.Refused)
	}
}
