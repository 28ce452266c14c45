//go:build lab

package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"troupe/actors"
	"troupe/cmd/bot"
	"troupe/sim/chaos"
)

// labBuild says whether this can be stopped and broken by the fault lab.
const labBuild = true

// laboratory has the bot stop at a step and leave out a safeguard, as the
// environment says.
func laboratory(environ []string, o *bot.Options) error {
	var stop, broken string
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, chaos.StopVariable+"="); ok {
			stop = v
		}
		if v, ok := strings.CutPrefix(e, chaos.BreakVariable+"="); ok {
			broken = v
		}
	}
	if broken != "" {
		if o.Alter = safeguards[broken]; o.Alter == nil {
			return fmt.Errorf("%s: there is no safeguard %q", chaos.BreakVariable, broken)
		}
	}
	if stop == "" {
		return nil
	}
	s, err := newStop(stop)
	o.Before = s.before
	return err
}

// A stop is where the bot is to stop.
type stop struct {
	step chaos.Step
	left atomic.Int64 // times to come past the step
	told *os.File
	goOn *os.File
}

// newStop reads STEP:N.
func newStop(s string) (*stop, error) {
	name, nth, _ := strings.Cut(s, ":")
	n, err := strconv.Atoi(nth)
	steps := chaos.Steps()
	i := slices.IndexFunc(steps, func(s chaos.Step) bool { return s.Name == name })
	if i < 0 || err != nil {
		return &stop{}, errors.Join(fmt.Errorf("%s=%q: want STEP:N", chaos.StopVariable, s), err)
	}
	at := &stop{step: steps[i], told: os.NewFile(3, "told"), goOn: os.NewFile(4, "go on")}
	at.left.Store(int64(n))
	return at, nil
}

// before stops the actor that is about to take the step, tells the lab, which
// mostly kills the process now, and goes on when that says so.
func (s *stop) before(kind string, m any) {
	if kind != s.step.Actor || !s.is(m) || s.left.Add(-1) != 0 {
		return
	}
	_, _ = fmt.Fprintln(s.told, s.step.Name) // if the lab is gone, so are we
	_, _ = s.goOn.Read(make([]byte, 1))
}

func (s *stop) is(m any) bool {
	if reflect.TypeOf(m).String() != s.step.Message {
		return false
	}
	if a, ok := m.(actors.Answered); ok && s.step.Tag != "" {
		return reflect.TypeOf(a.Tag).String() == s.step.Tag
	}
	return true
}
