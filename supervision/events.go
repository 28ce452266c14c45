package supervision

import (
	"log/slog"
	"maps"
	"reflect"
	"sync/atomic"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the numbers of the system of actors. Actors themselves count
// nothing here: hosts and regions do.
type Metrics struct {
	handled  *prometheus.CounterVec
	crashes  *prometheus.CounterVec
	dead     prometheus.Counter
	entities *prometheus.GaugeVec
	weight   *prometheus.GaugeVec
}

// NewMetrics registers the numbers, if there is where to.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_actor_messages_total", Help: "Messages that actors were given, by kind of actor and type.",
		}, []string{"actor", "message"}),
		crashes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_actor_crashes_total", Help: "Panics of actors, by kind.",
		}, []string{"actor"}),
		dead: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "troupe_actor_dead_letters_total", Help: "Messages to actors that are not there.",
		}),
		entities: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_region_entities", Help: "Entities awake, by kind.",
		}, []string{"actor"}),
		weight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_region_bytes", Help: "Memory that the entities awake say they keep, by kind.",
		}, []string{"actor"}),
	}
	if r != nil {
		r.MustRegister(m.handled, m.crashes, m.dead, m.entities, m.weight)
	}
	return m
}

// before returns what counts the messages that actors of a kind are about to
// get. It is on the way of every message: what it knows is read without a lock,
// and copied for the few types that are new.
func (m *Metrics) before(kind string) func(message any) {
	var known atomic.Pointer[map[reflect.Type]prometheus.Counter]
	known.Store(&map[reflect.Type]prometheus.Counter{})
	return func(message any) {
		is := reflect.TypeOf(message)
		before := known.Load()
		counter := (*before)[is]
		if counter == nil {
			counter = m.handled.WithLabelValues(kind, is.String())
			more := maps.Clone(*before)
			more[is] = counter
			known.CompareAndSwap(before, &more) // who loses comes again
		}
		counter.Inc()
	}
}

func (m *Metrics) crashed(kind string) { m.crashes.WithLabelValues(kind).Inc() }

// weighed returns what a region of a kind tells its weight to.
func (m *Metrics) weighed(kind string) func(entities int, bytes int64) {
	entities, weight := m.entities.WithLabelValues(kind), m.weight.WithLabelValues(kind)
	return func(n int, bytes int64) {
		entities.Set(float64(n))
		weight.Set(float64(bytes))
	}
}

// listener counts what the engine tells of. It lives as long as the process:
// one that ends while it is subscribed sets off dead letters without end
// (Hollywood 1.0.5, eventstream.go).
func listener(m *Metrics, log *slog.Logger) actor.Producer {
	return func() actor.Receiver { return &events{m, log} }
}

type events struct {
	metrics *Metrics
	log     *slog.Logger
}

func (a *events) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.DeadLetterEvent:
		a.metrics.dead.Inc()
		a.log.Debug("dead letter", "to", m.Target.GetID(), "type", typeName(m.Message))
	case actor.ActorMaxRestartsExceededEvent:
		a.log.Error("the framework saw panics that a host should have kept from it", "actor", m.PID.GetID())
	}
}

func typeName(m any) string {
	if m == nil {
		return "nil"
	}
	return reflect.TypeOf(m).String()
}
