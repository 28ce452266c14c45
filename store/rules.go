package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"troupe/messages"
)

// What both engines keep to.
const (
	maxPart       = 999      // the highest number of a part
	maxStack      = 16 << 10 // bytes of a stack in quarantine: 100 frames, which is all that Go tells
	maxQuarantine = 1000     // messages in quarantine; the oldest give way
	pruneBatch    = 200      // of each kind that are forgotten at once
	maxDirects    = 10_000   // direct messages that are kept by [messages.Prune]: those used last
)

// check returns an error if one of the writes is malformed, which is a bug of
// who made it: it must not end a group half-way.
func check(writes []any) error {
	for _, w := range writes {
		if err := checkOne(w); err != nil {
			return fmt.Errorf("store: nothing was kept: %w", err)
		}
	}
	return nil
}

func checkOne(w any) error {
	switch m := w.(type) {
	case *messages.KeepPart:
		if m.Part < 0 || m.Part > maxPart {
			return fmt.Errorf("trigger %v has no part %d", m.Trigger, m.Part)
		}
	case *messages.KeepShared:
		if len(m.Covers) == 0 {
			return fmt.Errorf("the message with nonce %q answers nobody", m.Nonce)
		}
	case *messages.EndTrigger:
		if !m.State.Ended() {
			return fmt.Errorf("trigger %v cannot end %q, which is no outcome", m.Trigger, m.State)
		}
	case *messages.AcceptTrigger, *messages.KeepFinal, *messages.CountAttempt, *messages.ReviseTrigger,
		*messages.KeepSession, *messages.KeepAlive, *messages.Quarantine, *messages.AttemptMade,
		*messages.KeepNote, *messages.KeepTrace, *messages.Prune:
	default:
		return checkAnalysis(w)
	}
	return nil
}

// checkAnalysis checks the writes of analyzers, and of those who see to what they
// keep.
func checkAnalysis(w any) error {
	switch m := w.(type) {
	case *messages.KeepPieces:
		return firstOf(m.Pieces, checkPiece)
	case *messages.SettlePieces:
		return cmp.Or(firstOf(m.Keep, checkDerived), firstOf(m.Drop, checkKey))
	case *messages.KeepDerived:
		return cmp.Or(firstOf(m.Keep, checkDerived), firstOf(m.Drop, checkKey))
	case *messages.ForgetSources, *messages.DropPieces, *messages.ForgetChannels:
		return nil
	case *messages.ErasePerson:
		if m.User == 0 {
			return errors.New("nobody is to be erased")
		}
		return nil
	}
	return fmt.Errorf("%T is no write", w)
}

// firstOf returns the first error that check finds.
func firstOf[T any](all []T, check func(T) error) error {
	for _, one := range all {
		if err := check(one); err != nil {
			return err
		}
	}
	return nil
}

func checkPiece(p messages.Piece) error {
	switch {
	case p.Analyzer == "" || p.Owner == "":
		return fmt.Errorf("the piece from %v to %v is for the analyzer %q and owned by %q", p.From, p.To, p.Analyzer, p.Owner)
	case p.From == 0 || p.From > p.To:
		return fmt.Errorf("a piece of %s is from %v to %v", p.Owner, p.From, p.To)
	case len(p.Text) > messages.MaxPieceText:
		return fmt.Errorf("the text of the piece from %v to %v has %d bytes", p.From, p.To, len(p.Text))
	}
	return nil
}

func checkDerived(d messages.Derived) error {
	if slices.Contains(d.Sources, messages.Source{}) {
		return fmt.Errorf("%s of %s has a source that is none", d.Key, d.Owner)
	}
	return checkKey(messages.DerivedKey{Owner: d.Owner, Key: d.Key})
}

func checkKey(k messages.DerivedKey) error {
	if k.Owner == "" || k.Key == "" {
		return fmt.Errorf("what is derived has the key %q and the owner %q", k.Key, k.Owner)
	}
	return nil
}

// accepted returns how a trigger is kept that nothing has happened to yet.
func accepted(t messages.Trigger) messages.Trigger {
	if t.State == "" {
		t.State = messages.TriggerAccepted
	}
	t.Parts, t.Final, t.Attempts, t.Deaths = nil, "", 0, 0
	return t
}

// contained returns what of a message is kept in quarantine.
func contained(m messages.Quarantine) messages.Quarantine {
	m.Stack = strings.ToValidUTF8(m.Stack[:min(len(m.Stack), maxStack)], "")
	return m
}

// isDirect reports whether a trigger was asked in a direct message.
func isDirect(t messages.Trigger) bool { return t.Guild == 0 }

// revised returns what a trigger becomes when its question is edited: the parts
// that there are will hold the new answer. Not so if the edit is known, since a
// command that is repeated must not undo what came of it.
func revised(old, question messages.Trigger) (t messages.Trigger, fresh bool) {
	if question.Revision <= old.Revision {
		return old, false
	}
	question = accepted(question)
	question.State = messages.TriggerAccepted
	question.Parts = old.Parts
	question.Accepted = old.Accepted
	question.Channel = old.Channel
	return question, true
}

// setPart notes which message holds a part. What lies between parts that a
// crash has lost is 0.
func setPart(t *messages.Trigger, part int, id messages.MessageID) {
	for len(t.Parts) <= part {
		t.Parts = append(t.Parts, 0)
	}
	t.Parts[part] = id
}
