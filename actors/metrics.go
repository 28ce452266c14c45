package actors

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Registered returns c, or the like of it that r knows already: an actor's
// numbers outlive its crashes, and it may be made anew in the same process. With
// a nil r nobody looks at them.
func Registered[C prometheus.Collector](r prometheus.Registerer, c C) C {
	if r == nil {
		return c
	}
	var known prometheus.AlreadyRegisteredError
	if err := r.Register(c); errors.As(err, &known) {
		if old, ok := known.ExistingCollector.(C); ok {
			return old
		}
	}
	return c
}
