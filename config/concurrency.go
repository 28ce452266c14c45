package config

import (
	"errors"
	"strconv"
	"strings"
)

// maxConcurrency bounds what one may ask for, and unbounded is what stands for no
// bound: a machine has sockets for some thousands.
const (
	maxConcurrency = 1000
	unbounded      = 10000
)

// A Concurrency says how many requests a pool may have under way. Use
// [Concurrency.From] to fill what it leaves to the pool.
type Concurrency struct {
	Start  int  // 0 for the pool's own
	Max    int  // 0 for the pool's own
	Pinned bool // it stays at Start
}

// From returns c with the pool's own start where c leaves it open, and never
// above the maximum that c sets.
func (c Concurrency) From(start int) Concurrency {
	if c.Start == 0 {
		c.Start = start
	}
	if c.Max > 0 {
		c.Start = min(c.Start, c.Max)
	}
	return c
}

// String returns c as it is written in the file.
func (c Concurrency) String() string {
	switch {
	case c.Pinned && c.Start == unbounded:
		return "0"
	case c.Pinned:
		return strconv.Itoa(c.Start)
	case c.Max > 0:
		return "auto:" + strconv.Itoa(c.Max)
	}
	return "auto"
}

// UnmarshalText reads "auto", "auto:40" or "7", and "0" for no bound but that of
// the machine.
func (c *Concurrency) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "auto" {
		*c = Concurrency{}
		return nil
	}
	if s == "0" {
		*c = Concurrency{Start: unbounded, Max: unbounded, Pinned: true}
		return nil
	}
	number, auto := strings.CutPrefix(s, "auto:")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxConcurrency {
		return errors.New("it is neither auto nor a number of requests")
	}
	*c = Concurrency{Max: n}
	if !auto {
		c.Start, c.Pinned = n, true
	}
	return nil
}
