package journal

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// harmless is a write that every store takes which works at all.
var harmless = &messages.KeepNote{Owner: "journal", Key: "probe", Value: "1"}

// commit gives a group to the store.
func (a *journal) commit(c *actor.Context, group []write) {
	commands := make([]any, len(group))
	for i, w := range group {
		commands[i] = w.command
	}
	a.metrics.group.Observe(float64(len(group)))
	a.apply(c, commands)
}

// probe finds out whether the store works.
func (a *journal) probe(c *actor.Context) { a.apply(c, []any{harmless}) }

func (a *journal) apply(c *actor.Context, commands []any) {
	store, log, metrics, engine, self := a.cfg.Store, a.cfg.Log, a.metrics, c.Engine(), c.PID()
	actors.Go(c, func(ctx context.Context) any {
		ctx, done := context.WithTimeout(ctx, commitTimeout)
		defer done()
		var r result
		began := time.Now()
		r.err = guarded(log, func() (err error) {
			r.answers, err = store.Apply(ctx, commands, func(answers []any) { engine.Send(self, written{a, answers}) })
			return err
		})
		if n := len(r.answers); r.err == nil && n != len(commands) {
			r.err = fmt.Errorf("the store gave %d results to %d writes", n, len(commands))
		}
		if r.late = r.err != nil && ctx.Err() != nil; r.late {
			r.err = fmt.Errorf("the store has not committed within %v: %w", commitTimeout, r.err)
		}
		r.took = time.Since(began)
		metrics.commit.Observe(r.took.Seconds())
		return committed{r}
	})
	a.unwatch = actors.After(c, slowCommit, slow{})
}

// read asks the store beside the journal.
func (a *journal) read(c *actor.Context, id uint64, question any) {
	store, log := a.cfg.Store, a.cfg.Log
	actors.Go(c, func(ctx context.Context) any {
		ctx, done := context.WithTimeout(ctx, readTimeout)
		defer done()
		f := found{id: id}
		f.err = guarded(log, func() (err error) {
			f.answer, err = ask(ctx, store, question)
			return err
		})
		return f
	})
}

// ask has the store answer a question.
func ask(ctx context.Context, s Store, question any) (any, error) {
	switch m := question.(type) {
	case *messages.GetTrigger:
		t, known, err := s.Trigger(ctx, m.ID)
		return &messages.TriggerFound{Trigger: t, Found: known}, err
	case *messages.GetUnfinished:
		triggers, err := s.Unfinished(ctx, m.Channel)
		return &messages.Unfinished{Triggers: triggers}, err
	case *messages.GetUnfinishedChannels:
		channels, err := s.UnfinishedChannels(ctx)
		return &messages.UnfinishedChannels{Channels: channels}, err
	case *messages.GetSession:
		session, err := s.Session(ctx, m.Shard)
		return &session, err
	case *messages.GetDirects:
		channels, err := s.Directs(ctx, m.Limit)
		return &messages.Directs{Channels: channels}, err
	case *messages.GetAttempts:
		attempts, err := s.Attempts(ctx, m.Since)
		return &messages.Attempts{Attempts: attempts}, err
	case *messages.GetShared:
		all, err := s.Shared(ctx, m.Trigger)
		found := &messages.SharedFound{}
		if len(all) > 0 {
			found.Shared = all[len(all)-1]
		}
		return found, err
	case *messages.GetTrace:
		found, err := s.Traces(ctx, m.Message)
		return &found, err
	case *messages.GetNotes:
		values, err := s.Notes(ctx, m.Owner)
		return &messages.Notes{Values: values}, err
	case *messages.GetPieces:
		found, err := s.Pieces(ctx, m.Analyzer, m.Limit)
		return &found, err
	case *messages.GetKept:
		found, err := s.Kept(ctx, m.Owner)
		return &found, err
	case *messages.GetPerson:
		found, err := s.Person(ctx, m.User)
		return &found, err
	}
	return nil, fmt.Errorf("%T is no question", question)
}

// guarded returns the error of f. A panic is one too: what the store cannot
// digest must not take along what others have written.
func guarded(log *slog.Logger, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			log.Error("the store panicked", "cause", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = fmt.Errorf("the store panicked: %v", v)
		}
	}()
	return f()
}

func typeOf(m any) string { return fmt.Sprintf("%T", m) }
