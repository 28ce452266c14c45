package chaos

import (
	"context"
	"slices"
	"time"
)

// between looks at what a dead bot has left, and may let time pass.
func (l *lab) between(ctx context.Context, rest bool) {
	if l.Check != nil {
		if err := l.Check(ctx, l.store()); err != nil {
			l.damaged("the store is damaged: %v", err)
		}
	}
	if rest {
		return
	}
	roll := l.rng.IntN(100)
	switch {
	case roll < l.often(outage) && l.Age != nil:
		l.outage(ctx)
	case roll < l.often(outage)+l.often("gateway-refused")/2:
		g := l.rec.give("gateway-refused", "while the bot was down", "")
		l.discord.Forget()
		l.rec.over(g)
	case roll < 30:
		sleep(ctx, time.Duration(l.rng.IntN(1500))*time.Millisecond)
	}
}

// often returns how many times out of a hundred a fault is given while the bot is
// down: more often if little else is asked for.
func (l *lab) often(fault string) int {
	chosen := only(l.Only)
	switch {
	case !slices.Contains(chosen, fault):
		return 0
	case few(chosen):
		return 70
	}
	return 10
}

// outage makes the time that the bot is down minutes long: nonces are forgotten,
// and mostly the session too.
func (l *lab) outage(ctx context.Context) {
	d := time.Duration(3+l.rng.IntN(5)) * time.Minute
	g := l.rec.give(outage, d.String(), "")
	l.discord.ForgetNonces()
	if l.rng.IntN(3) > 0 {
		l.discord.Forget()
	}
	l.advance(d)
	if err := l.Age(ctx, l.store(), d); err != nil {
		l.damaged("the store cannot be aged: %v", err)
	}
	l.rec.over(g)
}
