package bot_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/store"
	"troupe/supervision"
)

const (
	worldsPlayed = 1000
	worldsRaced  = 20 // where the race detector watches
	worldsAtOnce = 10 // on one stage: they have nobody in common
)

// Nothing that the bot derived in a place enters a prompt whose answer is read by
// somebody who may not see that place, in random worlds of guilds, channels and
// people, whatever they change; nor does what is deleted, or what somebody does not
// want analysed.
func TestFigureWorlds(t *testing.T) {
	worlds := worldsPlayed
	if raced {
		worlds = worldsRaced
	}
	var mu sync.Mutex // of all
	var all seen
	t.Run("from", func(t *testing.T) {
		for first := 0; first < worlds; first += worldsAtOnce {
			t.Run(strconv.Itoa(first), func(t *testing.T) {
				t.Parallel()
				var these seen
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					all.add(these)
				}()
				playWorlds(t, uint64(first), min(worldsAtOnce, worlds-first), &these)
			})
		}
	})
	out := newSheet(t, fmt.Sprintf("%d random worlds: what was derived, and entered the prompts for answers", worlds), "prompts or marks", "target")
	out.row("prompts", all.prompts, "")
	for _, kind := range []string{kindFact, kindLore, kindSummary, kindStyle} {
		out.row(kind+", where it may be known", all.marks[kind], "some")
		if all.marks[kind] == 0 {
			t.Errorf("no %s entered any prompt", kind)
		}
	}
	out.row("leaks", all.leaks, 0)
}

// playWorlds plays worlds on one stage, and adds up what their prompts had in them. On
// each second stage the bot starts anew before people ask.
func playWorlds(t *testing.T, first uint64, n int, all *seen) {
	dc := discordsim.Config{Limits: discordsim.Limits{Off: true}}
	onStage(t, dc, func(s *stage) {
		kept := store.NewMemory()
		s.alter = func(w *supervision.World) { w.Store = kept }
		s.cfg.Memory.WindowMessages = 10
		s.cfg.Discord.RequestsPerSecond = 0
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		b := &book{}
		s.gemini.SetAnswer(b.answer)
		s.gemini.SetLatency(geminisim.Latency{First: time.Second, Last: answerTime})
		var worlds []*realm
		for i := range uint64(n) {
			worlds = append(worlds, newRealm(s, b, first+i))
		}
		stop := s.run(nil)
		each := func(pause time.Duration, do func(*realm)) {
			var acts sync.WaitGroup
			for _, w := range worlds {
				acts.Go(func() { do(w) })
			}
			acts.Wait()
			time.Sleep(pause)
		}
		each(10*time.Second, (*realm).choose)
		each(time.Minute, (*realm).talk)
		each(0, (*realm).judge)
		each(learnTime, (*realm).stir)
		if first/worldsAtOnce%2 == 1 {
			if err := stop(); err != nil {
				t.Error(err)
			}
			stop = s.run(nil)
		}
		each(time.Minute, (*realm).ask)
		each(0, (*realm).judge)
		each(5*time.Second, (*realm).stir)
		each(time.Minute, (*realm).ask)
		each(0, (*realm).judge)
		each(0, (*realm).judgeAnalyzers)
		for _, w := range worlds {
			all.add(w.seen)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// seen is what prompts had in them.
type seen struct {
	prompts int
	marks   map[string]int // by what they entered as
	leaks   int
}

func (s *seen) add(o seen) {
	s.prompts, s.leaks = s.prompts+o.prompts, s.leaks+o.leaks
	for kind, n := range o.marks {
		s.count(kind, n)
	}
}

func (s *seen) count(kind string, n int) {
	if s.marks == nil {
		s.marks = map[string]int{}
	}
	s.marks[kind] += n
}

// A question is what somebody asked.
type question struct {
	id    messages.MessageID
	asker *dweller
	room  *room
}

// A room is where people speak: a channel, a thread, or who speaks with the bot alone.
type room struct {
	id     messages.ChannelID
	guild  messages.GuildID // 0 for a direct message
	parent *room            // of a thread
	gone   bool
}

// A dweller is somebody in a world.
type dweller struct {
	id      messages.UserID
	name    string
	direct  *room
	memory  bool
	profile bool
	ever    bool                                      // their memory has been on
	private time.Time                                 // since when; zero if it is off
	cleared map[messages.ChannelID]messages.MessageID // up to where they have, by room
	asked   []told                                    // what the bot may learn their style from
	after   messages.MessageID                        // what they said before is to be forgotten
	deleted time.Time                                 // when they wanted that
}

// A told is a message that somebody addressed to the bot.
type told struct {
	id   messages.MessageID
	room *room
}

// A home is a guild.
type home struct {
	id    messages.GuildID
	owner *dweller
	role  messages.RoleID // by which some see more
	lore  bool
	ever  bool // it has been on
}
