package chaos

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// faults gives one fault after the other, sometimes two at a time, and returns
// when the last one is over.
func (l *lab) faults(ctx context.Context) {
	chosen := only(l.Only)
	var names []string
	for _, f := range chosen {
		switch {
		case ofLife(f):
		case f == "gateway-op9" || f == "gateway-refused" || f == "gateway-close": // they take seconds to get over
			names = append(names, f)
		default:
			names = append(names, f, f, f)
		}
	}
	if len(names) == 0 {
		return
	}
	gap := 300
	if few(chosen) {
		gap = 100
	}
	rng := rng(l.Seed, 3)
	var wait sync.WaitGroup
	defer wait.Wait()
	for ctx.Err() == nil {
		lasts, end := l.mischief(names[rng.IntN(len(names))], rng)
		wait.Go(func() {
			sleep(ctx, lasts)
			end()
		})
		sleep(ctx, time.Duration(gap+rng.IntN(7*gap))*time.Millisecond)
	}
}

// mischief gives a fault for a while, and returns how long. It is over when end
// is called.
func (l *lab) mischief(name string, rng *rand.Rand) (lasts time.Duration, end func()) {
	span := func(least, most time.Duration) time.Duration {
		return least + time.Duration(rng.Int64N(int64(most-least)))
	}
	if class, f, ok := callFault(name, rng); ok {
		lasts = span(200*time.Millisecond, 1500*time.Millisecond)
		g := l.rec.give(name, describe(class, f), class)
		l.plan.Set(class, f)
		return lasts, func() {
			l.plan.Clear(class)
			l.rec.over(g)
		}
	}
	class := fault.Class("")
	if name == "gemini-empty" {
		class = emptyClass
	}
	g := l.rec.give(name, "", class)
	end = func() { l.rec.over(g) }
	switch name {
	case "gateway-drop":
		l.discord.Drop()
	case "gateway-op7":
		l.discord.Reconnect()
	case "gateway-op9":
		l.discord.Invalidate(false)
	case "gateway-op9-resumable":
		l.discord.Invalidate(true)
	case "gateway-refused":
		l.discord.Forget()
	case "gateway-replay":
		l.discord.Replay(1 + rng.IntN(40))
	case "gateway-close":
		codes := []int{4000, 4001, 4002, 4005, 4007, 4008, 4009}
		l.discord.CloseAll(codes[rng.IntN(len(codes))])
	case "gateway-zombie":
		l.discord.HoldAcks(true)
		return span(heartbeat, 3*heartbeat), func() { l.discord.HoldAcks(false); l.rec.over(g) }
	case "gateway-down":
		l.plan.Set(discordsim.ClassGateway, fault.Fault{Status: 503})
		l.discord.Drop()
		return span(200*time.Millisecond, 3*time.Second), func() { l.plan.Clear(discordsim.ClassGateway); l.rec.over(g) }
	case "gemini-empty":
		l.empty.Store(true)
		return span(100*time.Millisecond, 500*time.Millisecond), func() { l.empty.Store(false); l.rec.over(g) }
	case "disk-full":
		if l.fill(true) {
			return span(200*time.Millisecond, 2*time.Second), func() { l.fill(false); l.rec.over(g) }
		}
	case "clock":
		l.advance(span(time.Minute, time.Hour))
	}
	return settling, end
}

// settling is how long after a moment's fault the bot may be busy with it.
const settling = 2500 * time.Millisecond

// describe says what befalls which calls.
func describe(c fault.Class, f fault.Fault) string {
	s := string(c)
	if f.Status != 0 {
		s += " " + strconv.Itoa(f.Status)
	}
	return s
}

// callFault returns what befalls which calls, if a fault is of that sort.
func callFault(name string, rng *rand.Rand) (fault.Class, fault.Fault, bool) {
	classes := []fault.Class{
		discordsim.ClassMessageCreate, discordsim.ClassMessageCreate, discordsim.ClassMessageEdit, discordsim.ClassMessageEdit,
		"discord.message.*", "discord.interaction.*", discordsim.ClassMessageList, "discord.message.delete",
	}
	class := classes[rng.IntN(len(classes))]
	pick := func(codes ...int) int { return codes[rng.IntN(len(codes))] }
	some := 1 + rng.IntN(6)
	wait := time.Duration(100+rng.IntN(1200)) * time.Millisecond
	switch name {
	case "discord-error":
		return class, fault.Fault{Status: pick(500, 502, 503), Times: some, HTML: rng.IntN(3) == 0}, true
	case "discord-429":
		return class, fault.Fault{
			Status: 429, RetryAfter: wait, Scope: []string{"user", "global", "shared"}[rng.IntN(3)], HTML: rng.IntN(4) == 0, Times: some,
		}, true
	case "discord-hang":
		return class, fault.Fault{Latency: 3 * wait, Drop: true, Act: rng.IntN(2) == 0, Times: some}, true
	case "discord-cut":
		return class, fault.Fault{Drop: true, Times: some}, true
	case "discord-acted":
		return class, fault.Fault{Drop: rng.IntN(2) == 0, Status: pick(500, 502), Act: true, Times: some}, true
	case "gemini-error":
		return geminisim.ClassStream, fault.Fault{Status: pick(500, 503, 503), Times: 2 * some}, true
	case "gemini-429":
		return geminisim.ClassStream, fault.Fault{
			Status: 429, RetryAfter: wait, Scope: []string{"minute", "tokens", "shared"}[rng.IntN(3)], Times: 2 * some,
		}, true
	case "gemini-hang":
		return geminisim.ClassStream, fault.Fault{Latency: 3 * wait, Drop: true, Times: some}, true
	case "gemini-cut":
		return geminisim.ClassStream, fault.Fault{CutAfter: 1 + rng.IntN(2), Times: some}, true
	}
	return "", fault.Fault{}, false
}

// advance puts Discord's calendar ahead of the bot's clock by so much more: as the
// bot sees it, its own clock jumps back.
func (l *lab) advance(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calendar += d
	l.discord.SetCalendar(l.calendar)
}

// fill makes the disk full, for the bot that runs now, or ends that. It reports
// whether it could.
func (l *lab) fill(full bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil || !limitFiles(l.now.cmd.Process.Pid, full) {
		return false
	}
	if full {
		l.full = l.now
	}
	return true
}

// wasFull reports whether a process has had a full disk: it may have ended with
// an error then.
func (l *lab) wasFull(p *process) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.full == p
}
