package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"troupe/store"
)

// quarantineCmd shows what crashed an actor twice, and was set aside for that. It may
// be used while a bot runs.
type quarantineCmd struct {
	List quarantineListCmd `cmd:"" default:"withargs" help:"List what crashed an actor twice and was set aside, the newest first."`
	Show quarantineShowCmd `cmd:"" help:"Print one with the stack of the crash."`
	Drop quarantineDropCmd `cmd:"" help:"Forget one that was seen to."`
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
		_, _ = fmt.Fprintln(table, "ID\tSINCE\tACTOR\tMESSAGE\tQUESTION")
		for _, one := range all {
			question := "-"
			if one.Trigger != 0 {
				question = one.Trigger.String()
			}
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", one.ID, one.At.Format(time.DateTime), one.Actor, one.Message, question)
		}
		return table.Flush()
	})
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
				_, err := fmt.Fprintf(s.out, "%s: %s crashed at %s\n\n%s\n", one.At.Format(time.DateTime), one.Actor, one.Message, one.Stack)
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
