package router

import (
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// What is told of a breaker is what it does, until it lets all through again.
func TestBreakerIsTold(t *testing.T) {
	r := prometheus.NewRegistry()
	m := newMetrics("gemini", r)
	w := newWorld(t, 1, func(c *Config) { c.Breaker = Breaker{Calls: 1} })
	want := func(open string) {
		t.Helper()
		m.stand(w.s, w.now)
		const name = "troupe_pool_breaker_open"
		text := "# HELP " + name + " 1 while nothing, or a probe alone, is let through to an upstream that fails.\n# TYPE " + name +
			" gauge\n" + name + `{breaker="model",pool="gemini"} ` + open + "\n"
		if err := testutil.GatherAndCompare(r, strings.NewReader(text), name); err != nil {
			t.Error(err)
		}
	}
	job := messages.Job{Breaker: "model"}
	w.submit("a", job)
	want("0")
	w.finish("a", &messages.Failure{Cause: messages.CauseOverloaded, Status: 503})
	want("1")
	w.wait(time.Minute)
	w.submit("probe", job)
	want("1")
	w.finish("probe", "ok")
	want("0")
}
