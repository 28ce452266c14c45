package actors

import (
	"slices"
	"time"

	"troupe/messages"
)

// A Bucket lets so many triggers through in any minute, all at once if they like.
// It knows those that it let through: one that comes again is not counted twice.
// The zero value is ready.
type Bucket struct {
	counted []passed             // within the last minute, the eldest first
	former  []messages.MessageID // counted before, the eldest first: at most maxFormer
}

// A passed is a trigger that was counted.
type passed struct {
	trigger messages.MessageID
	at      time.Time
}

// maxFormer bounds how many triggers are known after their minute.
const maxFormer = 64

// Pass lets a trigger through, or returns how long to wait until one fits. A
// minute may hold most of them; with 0, any number pass and none is counted.
func (b *Bucket) Pass(trigger messages.MessageID, most int, now time.Time) (wait time.Duration, ok bool) {
	b.age(now)
	if most <= 0 || b.knows(trigger) {
		return 0, true
	}
	if over := len(b.counted) - most; over >= 0 {
		return b.counted[over].at.Add(time.Minute).Sub(now), false
	}
	b.counted = append(b.counted, passed{trigger, now})
	return 0, true
}

// age takes what is older than a minute out of the count.
func (b *Bucket) age(now time.Time) {
	for len(b.counted) > 0 && now.Sub(b.counted[0].at) >= time.Minute {
		b.former = append(b.former, b.counted[0].trigger)
		b.counted = b.counted[1:]
	}
	if n := len(b.former); n > maxFormer {
		b.former = slices.Delete(b.former, 0, n-maxFormer)
	}
}

func (b *Bucket) knows(trigger messages.MessageID) bool {
	counted := func(p passed) bool { return p.trigger == trigger }
	return slices.ContainsFunc(b.counted, counted) || slices.Contains(b.former, trigger)
}

// Idle reports whether the last minute was silent.
func (b *Bucket) Idle(now time.Time) bool {
	b.age(now)
	return len(b.counted) == 0
}

// Weight estimates the memory that the bucket takes, in bytes.
func (b *Bucket) Weight() int { return 32*len(b.counted) + 8*len(b.former) }
