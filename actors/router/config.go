package router

import (
	"cmp"
	"time"
)

// withDefaults fills in what is zero and puts the bounds of the concurrency in
// order.
func (cfg Config) withDefaults() Config {
	cfg.Capacity = cmp.Or(cfg.Capacity, 1000)
	cfg.Wait = cmp.Or(cfg.Wait, time.Minute)
	cfg.Timeout = cmp.Or(cfg.Timeout, 2*time.Minute)
	cfg.Ageing = cmp.Or(cfg.Ageing, 10*time.Second)
	cfg.Concurrency = cfg.Concurrency.withDefaults()
	cfg.Breaker = cfg.Breaker.withDefaults()
	return cfg
}

func (c Concurrency) withDefaults() Concurrency {
	c.Start = max(cmp.Or(c.Start, 5), 1)
	c.Min = min(max(c.Min, 1), c.Start)
	c.Max = max(cmp.Or(c.Max, 4*c.Start), c.Start)
	return c
}

func (b Breaker) withDefaults() Breaker {
	b.Window = max(cmp.Or(b.Window, 30*time.Second), sections)
	b.Calls = cmp.Or(b.Calls, 10)
	b.Rate = cmp.Or(b.Rate, 0.5)
	b.Pause = cmp.Or(b.Pause, 5*time.Second)
	b.Longest = max(cmp.Or(b.Longest, time.Minute), b.Pause)
	return b
}

func (cfg Config) limits() limits {
	return limits{
		Capacity:    cfg.Capacity,
		Wait:        cfg.Wait,
		Ageing:      cfg.Ageing,
		Concurrency: cfg.Concurrency,
		Breaker:     cfg.Breaker,
		Quota:       cfg.Quota != nil,
	}
}
