package chaos

import (
	"context"
	"fmt"
	"slices"
	"time"

	"troupe/sim/discordsim"
)

// A tally counts what a lab has done to the bot's process.
type tally struct {
	lives  int
	kills  map[string]int // by step or moment
	passed map[string]int // steps at which it was stopped and went on
	stops  int
	damage []Breach
}

// live runs the bot, one life after the other, until it has come to rest.
func (l *lab) live(ctx context.Context) error {
	var down *Given // since the bot was killed or stopped
	for rest := false; !rest; {
		e := l.next()
		if closed(l.calm) {
			e = ending{none: true}
		}
		if l.tally.lives++; l.tally.lives == 1 {
			e = ending{after: 2 * settling, none: e.none}
		}
		l.lived.Add(1)
		_, _ = fmt.Fprintf(l.log, "\n=== %s life %d: %+v\n", clock(time.Now()), l.tally.lives, e)
		p, err := run(ctx, l.Bot, l.env, e.step, e.nth, l.log)
		if err != nil {
			return fmt.Errorf("the bot cannot be started: %w", err)
		}
		l.mu.Lock()
		l.now = p
		l.mu.Unlock()
		s := &life{lab: l, p: p, e: e, down: down}
		what := s.run(ctx)
		if ctx.Err() != nil {
			p.kill()
			return ctx.Err()
		}
		rest = what == atRest
		if rest {
			s.stop(1)
		}
		down = l.rec.give(nameOf(what), what, "")
		s.connected() // what was down before is over by now
		l.mu.Lock()
		l.now = nil
		l.mu.Unlock()
		l.between(ctx, rest)
	}
	l.rec.over(down)
	return nil
}

func nameOf(what string) string {
	if what == stopped || what == atRest {
		return halted
	}
	return killed
}

func (l *lab) damaged(format string, args ...any) {
	b := Breach{Wrong: Damage, Detail: clock(time.Now()) + " " + fmt.Sprintf(format, args...)}
	l.tally.damage = append(l.tally.damage, b)
	l.progress("%s", b.Detail)
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// A life is one process of the bot's.
type life struct {
	*lab
	p     *process
	e     ending
	down  *Given // since when it was not there; nil once it is connected
	since time.Time
}

// What ended a life, beside the names of steps and moments.
const (
	stopped  = "SIGTERM"
	atRest   = "at rest"
	byItself = "ended by itself"
	anyTime  = "at any time"
)

// startWait is how long the bot may take to connect.
const startWait = 30 * time.Second

// run lets the bot live until its end, and says what that was.
func (s *life) run(ctx context.Context) string {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	begun, at, calm := time.Now(), s.p.stopped, s.calm
	var rest repose
	for {
		select {
		case <-ctx.Done():
			return anyTime
		case <-at:
			at = nil
			if roll := s.rng.IntN(7); calm != nil && roll > 0 {
				if roll < 4 { // what does not wait for the step goes on meanwhile
					sleep(ctx, time.Duration(s.rng.IntN(2500))*time.Millisecond)
				}
				return s.kill(s.e.step)
			}
			s.tally.passed[s.e.step]++
			s.p.resume()
		case c := <-s.moment:
			if s.e.moment != "" {
				sleep(ctx, time.Duration(s.rng.IntN(90))*time.Millisecond)
				s.plan.Clear(c)
				return s.kill(s.e.moment)
			}
		case <-s.p.exited:
			if !s.wasFull(s.p) {
				s.damaged("the bot ended by itself: %v", s.p.err)
			}
			return byItself
		case <-calm:
			calm = nil
			s.e.none = true
			s.disarm()
		case <-tick.C:
			if end, over := s.tick(begun, &rest, calm == nil); over {
				return end
			}
		}
	}
}

// tick looks whether the life is over by time.
func (s *life) tick(begun time.Time, rest *repose, calm bool) (end string, over bool) {
	connected := s.isConnected()
	if s.since.IsZero() {
		if !connected {
			if time.Since(begun) < startWait {
				return "", false
			}
			if s.e.none && !calm {
				return "", false
			}
		}
		s.connected()
		if s.tally.lives == 1 {
			close(s.begun)
		}
		s.since = time.Now()
		s.arm()
	}
	switch {
	case calm && rest.reached(s.lab):
		return atRest, true
	case s.e.none || !closed(s.known) || time.Since(s.since) < s.e.after:
		return "", false
	case s.e.stop > 0:
		return s.stop(s.e.stop), true
	case (s.e.step != "" || s.e.moment != "") && time.Since(s.since) < s.e.after+2*time.Second:
		return "", false
	}
	s.disarm()
	return s.kill(anyTime), true
}

// isConnected reports whether the bot is connected, and notes when its session
// is another one than before.
func (s *life) isConnected() bool {
	all := s.discord.Sessions()
	i := slices.IndexFunc(all, func(x discordsim.Session) bool { return x.Connected })
	if i >= 0 && all[i].ID != s.session {
		s.session = all[i].ID
		s.rec.over(s.rec.give(newSession, "", ""))
	}
	return i >= 0
}

// connected notes that the bot is there again.
func (s *life) connected() {
	if s.down != nil {
		s.rec.over(s.down)
		s.down = nil
	}
}

// arm has the simulated world hold the call at which the bot is to be killed.
func (s *life) arm() {
	for _, m := range moments {
		if m.name == s.e.moment {
			f := m.fault
			f.Scope, f.Times = momentScope, 1
			s.plan.Set(m.class, f)
		}
	}
}

func (s *life) disarm() {
	for _, m := range moments {
		if m.name == s.e.moment {
			s.plan.Clear(m.class)
		}
	}
	s.e.moment = ""
}

func (s *life) kill(where string) string {
	s.p.kill()
	s.tally.kills[where]++
	return where
}

// stopWait is how long the bot may take to stop: its own 10 s, and some.
const stopWait = 15 * time.Second

// stop asks the bot to stop, once or twice.
func (s *life) stop(times int) string {
	s.tally.stops++
	s.p.signal()
	if times > 1 {
		sleep(context.Background(), time.Duration(s.rng.IntN(400))*time.Millisecond)
		s.p.signal()
	}
	switch {
	case !s.p.gone(stopWait):
		s.damaged("the bot has not stopped %v after it was told to", stopWait)
		s.p.kill()
	case s.p.code() != 0 && (times == 1 || s.p.code() != 130) && !s.wasFull(s.p):
		s.damaged("told to stop %d times, the bot ended with %v", times, s.p.err)
	}
	return stopped
}
