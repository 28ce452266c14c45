package geminisim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/sim/memnet"
)

const model = gemini.DefaultModel

// A world is a simulated Gemini with the real client before it, in memory.
type world struct {
	t      *testing.T
	sim    *geminisim.Server
	client *gemini.Client
	http   *http.Client
}

// inWorld runs f in a bubble where time is virtual.
func inWorld(t *testing.T, cfg geminisim.Config, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := memnet.New()
		w := &world{t: t, sim: geminisim.New(cfg)}
		server := &http.Server{Handler: w.sim, ReadHeaderTimeout: time.Hour}
		listener := network.Listen("gemini.test")
		go func() { _ = server.Serve(listener) }()
		transport := &http.Transport{DialContext: network.DialContext, MaxIdleConnsPerHost: 64}
		w.http = &http.Client{Transport: transport}
		w.client = w.newClient(w.sim.Key())
		f(t, w)
		w.sim.Close()
		transport.CloseIdleConnections()
		_ = server.Close()
	})
}

func (w *world) newClient(key string) *gemini.Client {
	w.t.Helper()
	c, err := gemini.New(w.t.Context(), gemini.Config{
		Key: key, BaseURL: "http://gemini.test/", Transport: w.http.Transport,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func ask(text string) *messages.Prompt {
	return &messages.Prompt{Model: model, System: "You are a test.", Turns: []messages.Turn{{Text: text}}}
}

// outcome asks and says in a line what came of it.
func (w *world) outcome(text string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	g, err := w.client.Generate(ctx, ask(text), nil)
	return outcome(w.t, g, err)
}

func outcome(t *testing.T, g *messages.Generation, err error) string {
	t.Helper()
	if err != nil {
		f := failureOf(t, err)
		s := fmt.Sprintf("%s, %s", f.Cause, [...]string{"never", "once", "backoff", "after", "shorter"}[f.Retry])
		if f.After > 0 && f.Cause != messages.CauseDayQuota {
			s += " " + f.After.String()
		}
		return s
	}
	kind := "answer"
	switch {
	case g.Cut:
		kind = "cut"
	case g.Truncated:
		kind = "truncated"
	}
	return fmt.Sprintf("%s %q", kind, g.Text)
}

func failureOf(t *testing.T, err error) *messages.Failure {
	t.Helper()
	f, ok := errors.AsType[*messages.Failure](err)
	if !ok {
		t.Fatalf("%v is no Failure", err)
	}
	return f
}

func says(text string) func(*messages.Prompt) geminisim.Reply {
	return func(*messages.Prompt) geminisim.Reply { return geminisim.Reply{Text: text} }
}

// fault sets a fault as people write it.
func (w *world) fault(setting string) {
	class, f, err := fault.Parse(setting)
	if err != nil {
		w.t.Error(err)
		return
	}
	w.sim.Plan().Set(class, f)
}
