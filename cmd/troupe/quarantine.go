package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"troupe/messages"
	"troupe/store"
)

// quarantineCmd shows what crashed an actor twice, and was set aside for that, and has
// work done after all. It may be used while a bot runs.
type quarantineCmd struct {
	List quarantineListCmd `cmd:"" default:"withargs" help:"List what crashed an actor twice and was set aside, the newest first."`
	Show quarantineShowCmd `cmd:"" help:"Print one with the stack of the crash."`
	Drop quarantineDropCmd `cmd:"" help:"Forget one that was seen to."`

	Release quarantineReleaseCmd `cmd:"" help:"Have the work that one is about done after all, and forget that one."`
}

type quarantineListCmd struct{ configFlag }

// Run lists what is in quarantine.
func (c *quarantineListCmd) Run(s *shell) error {
	return s.quarantine(c.configFlag, func(q *store.Quarantine) error {
		all, err := q.List(s.ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			_, err := fmt.Fprintln(s.out, "Nothing is in quarantine.")
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "ID\tSINCE\tACTOR\tMESSAGE\tQUESTION\tWORK")
		for _, one := range all {
			question := "-"
			if one.Trigger != 0 {
				question = one.Trigger.String()
			}
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n",
				one.ID, one.At.Format(time.DateTime), one.Actor, one.Message, question, cmp.Or(about(one.Piece), "-"))
		}
		return table.Flush()
	})
}

// about says what a piece of work is about, "" if there is none: not what was said,
// which is for the bot alone.
func about(p messages.Piece) string {
	switch {
	case p == messages.Piece{}:
		return ""
	case p.From == p.To:
		return fmt.Sprintf("%s of %s: message %v in channel %v", p.Analyzer, p.Owner, p.To, p.Channel)
	}
	return fmt.Sprintf("%s of %s: messages %v to %v in channel %v", p.Analyzer, p.Owner, p.From, p.To, p.Channel)
}

type quarantineShowCmd struct {
	configFlag
	ID int64 `arg:"" help:"Its ID, as the list has it."`
}

// Run prints one that is in quarantine.
func (c *quarantineShowCmd) Run(s *shell) error {
	return s.quarantine(c.configFlag, func(q *store.Quarantine) error {
		all, err := q.List(s.ctx)
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.ID == c.ID {
				work := about(one.Piece)
				if work != "" {
					work = "\nIt was about work, " + work
				}
				_, err := fmt.Fprintf(s.out, "%s: %s crashed at %s%s\n\n%s\n", one.At.Format(time.DateTime), one.Actor, one.Message, work, one.Stack)
				return err
			}
		}
		return c.missing()
	})
}

func (c *quarantineShowCmd) missing() error {
	return fmt.Errorf("quarantine has no %d: see troupe quarantine list", c.ID)
}

type quarantineDropCmd struct{ quarantineShowCmd }

// Run forgets one that is in quarantine.
func (c *quarantineDropCmd) Run(s *shell) error {
	return s.quarantine(c.configFlag, func(q *store.Quarantine) error {
		dropped, err := q.Drop(s.ctx, c.ID)
		if err == nil && !dropped {
			err = c.missing()
		}
		return err
	})
}

type quarantineReleaseCmd struct{ quarantineShowCmd }

// Run puts the work that one in quarantine is about back into the backlog.
func (c *quarantineReleaseCmd) Run(s *shell) error {
	return s.quarantine(c.configFlag, func(q *store.Quarantine) error {
		one, there, err := q.Release(s.ctx, c.ID)
		switch {
		case errors.Is(err, store.ErrNoPiece) && one.Trigger != 0:
			return fmt.Errorf("%d was about a question, which was answered with an apology: there is nothing to take back."+
				" troupe quarantine drop %d forgets it", c.ID, c.ID)
		case errors.Is(err, store.ErrNoPiece):
			return fmt.Errorf("%d was about no work of an analyzer, or about what is deleted by now: there is nothing to do after all."+
				" troupe quarantine drop %d forgets it", c.ID, c.ID)
		case err != nil:
			return err
		case !there:
			return c.missing()
		}
		_, err = fmt.Fprintf(s.out, "Released: %s.\nIt is taken up with the next work of %s, at the latest at the next start of the bot.\n", about(one.Piece), one.Piece.Analyzer)
		return err
	})
}

// quarantine opens the quarantine of the store that is configured.
func (s *shell) quarantine(f configFlag, use func(*store.Quarantine) error) error {
	c, err := s.load(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	q, err := store.OpenQuarantine(ctx, c.Store)
	if err != nil {
		return err
	}
	return errors.Join(use(q), q.Close())
}
