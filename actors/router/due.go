package router

import (
	"container/heap"
	"time"
)

// A calendar holds what is due at some time, the earliest first.
type calendar[T timed] struct{ rows rows[T] }

// A timed thing knows when it is due and where in the calendar it stands.
type timed interface {
	comparable
	due() time.Time
	place() *int // in the calendar; negative when it is not there
}

// add enters x. It must not be there yet.
func (c *calendar[T]) add(x T) { heap.Push(&c.rows, x) }

// remove takes x out, if it is there.
func (c *calendar[T]) remove(x T) {
	if at := *x.place(); at >= 0 {
		heap.Remove(&c.rows, at)
	}
}

// next returns what is due first.
func (c *calendar[T]) next() (x T, ok bool) {
	if len(c.rows) == 0 {
		return x, false
	}
	return c.rows[0], true
}

// rows is the heap of a calendar: [heap.Interface].
type rows[T timed] []T

func (r rows[T]) Len() int           { return len(r) }
func (r rows[T]) Less(i, j int) bool { return r[i].due().Before(r[j].due()) }

func (r rows[T]) Swap(i, j int) {
	r[i], r[j] = r[j], r[i]
	*r[i].place(), *r[j].place() = i, j
}

func (r *rows[T]) Push(x any) {
	t := x.(T)
	*t.place() = len(*r)
	*r = append(*r, t)
}

func (r *rows[T]) Pop() any {
	old := *r
	last := len(old) - 1
	x := old[last]
	var none T
	old[last] = none
	*r = old[:last]
	*x.place() = -1
	return x
}
