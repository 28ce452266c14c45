package chaos

import (
	"context"
	"slices"
	"sync"
	"time"
)

// disturb has people ask and gives faults meanwhile, until all is asked and the
// last fault is over.
func (l *lab) disturb(ctx context.Context, t *town) error {
	select {
	case <-l.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.welcome(ctx, t); err != nil {
		return err
	}
	faults, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { l.faults(faults) })
	defer wait.Wait()
	defer t.wait.Wait()
	defer cancel()
	for tick := 0; l.rec.asking() < l.Triggers; tick++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if l.rec.waiting(min(forgone, l.Patience)) >= l.crowd() || l.rec.asking() > l.allowed() {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err := t.talk(l.Triggers - l.rec.asking()); err != nil {
			return err
		}
		if t.rng.IntN(8) == 0 {
			time.Sleep(time.Duration(t.rng.IntN(60)) * time.Millisecond)
		}
		if tick%500 == 0 {
			l.rec.used(l.discord.Uses())
		}
	}
	return nil
}

// welcome has people make their places known to the bot, and waits until they are:
// a bot that is new to the world has nothing to look back on.
func (l *lab) welcome(ctx context.Context, t *town) error {
	defer close(l.known)
	if err := t.greet(); err != nil {
		return err
	}
	sleep(ctx, settling)
	for end := time.Now().Add(startWait); l.rec.waiting(startWait) > 0 && time.Now().Before(end) && ctx.Err() == nil; {
		sleep(ctx, settling/10)
	}
	return nil
}

// crowd is how many questions may be open at once.
func (l *lab) crowd() int { return min(max(l.Triggers/12, 16), 200) }

// behind reports whether a good part of what may be open at once is overdue.
func (l *lab) behind() bool {
	late := l.rec.waiting(min(forgone, l.Patience)) - l.rec.waiting(overdue)
	return late > l.crowd()/4
}

// overdue is how long a question takes that does not wait for the machine or for
// the bot to live.
const overdue = 10 * time.Second

// allowed is how many questions may be asked in so many lives of the bot, so that
// there are enough of those.
func (l *lab) allowed() int {
	if chosen := only(l.Only); !slices.Contains(chosen, killed) && !slices.Contains(chosen, halted) {
		return l.Triggers
	}
	return int(l.lived.Load()) * max(12, l.Triggers/120)
}
