// Package geminisim is a Gemini on the wire: generateContent, its stream,
// countTokens, embeddings and the list of models, as the Gemini API's v1beta has
// them.
//
// A [Server] is an http.Handler and works on any listener, in memory too. What
// it is asked it answers by a [Rule] if one fits, else by its answerer, which
// needs no model: see [StandIn]. It counts requests and tokens for
// itself, so that others' ledgers can be held against its own, and everything
// about it can be changed while it runs.
//
// It is stricter than Gemini where a client had better not rely on leniency:
// unknown fields, empty parts, sampling settings that new models deprecate, and
// a prompt that ends with the model's turn are refused. Tools, files and caches are
// missing; so is the safety of content, and whether an answer keeps to the schema that
// was asked for is up to the answerer.
//
// Time is read with time.Now and waited for with package time, so that all of
// it works in a testing/synctest bubble.
package geminisim

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
)

// The classes of calls, as a [fault.Plan] knows them.
//
// A fault's Scope says which refusal is meant: of a 429 "minute" (the default),
// "tokens", "day" or "shared", of a 400 "argument" (the default), "key",
// "tokens" or "location". A Status beside CutAfter ends the stream in that error
// instead of a lost connection.
const (
	ClassGenerate fault.Class = "gemini.generate"
	ClassStream   fault.Class = "gemini.stream"
	ClassCount    fault.Class = "gemini.count"
	ClassEmbed    fault.Class = "gemini.embed"
	ClassModels   fault.Class = "gemini.models"
)

// Config says what a simulated Gemini is like at first. The zero value of each
// field stands for the default that is given.
type Config struct {
	Plan     *fault.Plan                  // what goes wrong; nothing by default
	Log      *slog.Logger                 // discards by default; never told what people wrote
	Key      string                       // that is accepted; "sim-key" by default
	Models   []Model                      // those of [Models] by default
	Answer   func(*messages.Prompt) Reply // [StandIn] by default
	Latency  Latency                      // none by default
	Capacity Capacity                     // without bound by default
	Quotas   map[string]Quota             // by the model's name; none by default
	Chunk    int                          // characters in a chunk of a stream; 64 by default
	Records  int                          // calls kept for [Server.Calls]; 1000 by default
}

// A Latency is how long an answer takes. The chunks of a stream come evenly from
// the first to the last; an answer in one piece comes when the last one would.
type Latency struct {
	First time.Duration // until the first token
	Last  time.Duration // until the last one; no less than First
}

// A Capacity is how many generations may be in flight. One more is refused with
// a 429 that names no quota; or, if Slow, all share what there is, so that twice
// as many take twice as long.
type Capacity struct {
	Calls int // 0 for no bound
	Slow  bool
}

// A Server is one simulated Gemini. All of its methods are safe for concurrent
// use.
type Server struct {
	plan  *fault.Plan
	log   *slog.Logger
	chunk int
	mux   *http.ServeMux
	done  chan struct{} // closed by Close

	mu       sync.Mutex // guards what follows; never held while writing or waiting
	closed   bool
	key      string
	models   []Model
	answer   func(*messages.Prompt) Reply
	latency  Latency
	capacity Capacity
	load     Load
	named    int // responses
	script   script
	meters   map[string]*meter
	calls    recorder
}

// New makes a Gemini. It serves until [Server.Close].
func New(cfg Config) *Server {
	s := &Server{
		plan:     cfg.Plan,
		log:      cfg.Log,
		chunk:    or(cfg.Chunk, 64),
		done:     make(chan struct{}),
		key:      or(cfg.Key, "sim-key"),
		models:   cfg.Models,
		answer:   cfg.Answer,
		latency:  cfg.Latency,
		capacity: cfg.Capacity,
		meters:   map[string]*meter{},
		calls:    recorder{most: or(cfg.Records, 1000)},
	}
	if s.plan == nil {
		s.plan = fault.NewPlan()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.models == nil {
		s.models = Models()
	}
	if s.answer == nil {
		s.answer = StandIn
	}
	for model, q := range cfg.Quotas {
		s.meter(model).quota = q
	}
	s.mux = s.routes()
	return s
}

// or returns v, or otherwise if v is the zero value.
func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// ServeHTTP serves the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close cuts every call in flight and refuses later ones by cutting them, too.
// What was counted and recorded stays readable.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
}
