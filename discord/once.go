package discord

import "sync"

// maxKinds bounds how many kinds of oddity are remembered.
const maxKinds = 256

// An oddities remembers which oddities of Discord were logged: each kind is
// logged once, so that a new feature of Discord does not fill the log.
type oddities struct {
	mu   sync.Mutex
	seen map[string]bool
}

// first reports whether this kind is new.
func (o *oddities) first(kind string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[kind] || len(o.seen) >= maxKinds {
		return false
	}
	if o.seen == nil {
		o.seen = make(map[string]bool)
	}
	o.seen[kind] = true
	return true
}
