package bot_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/command"
	"troupe/actors/gateway"
	"troupe/config"
	"troupe/discord"
	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/store"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// handled returns how many messages the actors of a kind were given.
func handled(t *testing.T, r *prometheus.Registry, kind string) (n float64) {
	t.Helper()
	synctest.Wait()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == "troupe_actor_messages_total" && l.GetName() == "actor" && l.GetValue() == kind {
					n += m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

// Analyzers that have nothing to do do nothing: on a whole day none of them is given a
// message, not even by a timer of its own.
func TestFigureIdleDay(t *testing.T) {
	out := newSheet(t, "A day on which nobody says anything: messages that actors are given", "analyzer", "user", "journal", "gateway")
	onStage(t, discordsim.Config{}, func(s *stage) {
		d := studied(s)
		day := func(name string) {
			kinds := []string{"analyzer", "user", "journal", "gateway"}
			row, before := []any{name}, map[string]float64{}
			for _, kind := range kinds {
				before[kind] = handled(s.t, d.registry, kind)
			}
			if before["analyzer"] < 4 {
				s.t.Errorf("%s: not all analyzers are there", name)
			}
			time.Sleep(24 * time.Hour)
			for _, kind := range kinds {
				row = append(row, handled(s.t, d.registry, kind)-before[kind])
			}
			out.row(row...)
			if n := row[1]; n != 0.0 {
				s.t.Errorf("%s: analyzers are given %v messages", name, n)
			}
		}
		time.Sleep(time.Hour)
		day("from the start")
		began := handled(s.t, d.registry, "analyzer")
		d.say(discordsim.Say{Person: d.ann, Channel: d.general, Text: "@Troupe I have " + d.word()})
		d.talk(d.general, 40)
		time.Sleep(time.Hour)
		wantWords(s.t, "what came of it", d.rows("derived"), []string{"fact/", "said/", "chunk/", "lore/"}, nil)
		out.row("in an hour with work", handled(s.t, d.registry, "analyzer")-began)
		day("after that")
		d.process.stop(s.t)
	})
}

// What is known of each person who sleeps.
const (
	saidOf  = 50 // notes of how a message was written
	factsOf = 5
	firstID = 1_000_000_000_000_000_000 // of people and messages
)

// The rows of all people, made where they are to be: a million through the journal
// would take minutes.
const (
	fillNotes = `WITH RECURSIVE person(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM person WHERE n < ?2)
		INSERT INTO notes (owner, key, value) SELECT 'user/' || (?1 + n), column1, '1' FROM person, (VALUES ('consent/memory'), ('consent/profile'))`
	fillDerived = `WITH RECURSIVE person(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM person WHERE n < ?2),
		message(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM message WHERE m < ?3)
		INSERT INTO derived (owner, key, value) SELECT 'user/' || (?1 + n), printf(?4, ?1 + n * 1000 + m, m), printf(?5, m) FROM person, message`
	fillSources = `INSERT INTO sources (owner, key, message, person)
		SELECT owner, key, CAST(substr(key, 6) AS INTEGER), CAST(substr(owner, 6) AS INTEGER) FROM derived`

	saidKey, saidValue = `said/%lld`, `{"l":"en","w":12,"t":["garden","tomatoes","water"],"g":7,"p":%lld}`
	factKey, factValue = `fact/%.0s%lld`, `{"about":"thing %lld","text":"has a thing that is told of at some length, as people do","always":false,"guild":7,"channel":8,"message":9,"told":"2026-03-01T12:00:00Z"}`
)

// asleep fills a store with people, and returns its size in bytes.
func asleep(t *testing.T, path string, people int) int64 {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	if people > 0 {
		do(fillNotes, firstID, people)
		do(fillDerived, firstID, people, saidOf, saidKey, saidValue)
		do(fillDerived, firstID, people, factsOf, factKey, factValue)
		do(fillSources)
	}
	do(`PRAGMA wal_checkpoint(TRUNCATE)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// silence is a gateway's client that brings nothing.
type silence struct{}

func (silence) Run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (silence) Acknowledge(int64) {}

// A dormitory is a bot on a store, on which nobody says anything.
type dormitory struct {
	t        *testing.T
	engine   *actor.Engine
	registry *prometheus.Registry
	stop     func()
}

func (d *dormitory) open(path string) {
	s, err := store.Open(d.t.Context(), "sqlite:"+path)
	if err != nil {
		d.t.Fatal(err)
	}
	rest, err := discord.NewREST(discord.RESTConfig{Token: "none"})
	if err != nil {
		d.t.Fatal(err)
	}
	if d.engine, err = actor.NewEngine(actor.NewEngineConfig()); err != nil {
		d.t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Memory.Idle, d.registry = 10*time.Second, prometheus.NewRegistry()
	tree := supervision.Grow(d.engine, cfg, supervision.World{
		Self: messages.User{ID: 99, Name: "troupe"}, Discord: rest, Tokens: gemini.EstimateTokens, Price: gemini.Cost,
		Zone: time.UTC, Store: s, Intents: s, Personas: []command.Persona{{Name: "helpful"}}, Persona: func(string) string { return "" },
		Shards: 1, Connect: func(int, messages.Session, gateway.Hooks) gateway.Client { return silence{} },
		Changed: func(*messages.Health) {}, Fatal: func(err error) { d.t.Error(err) },
		Metrics: d.registry, Log: slog.New(slog.DiscardHandler),
	})
	d.stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		tree.Stop(ctx)
		if err := s.Close(); err != nil {
			d.t.Error(err)
		}
	}
	time.Sleep(2 * time.Second) // until all have looked for what they have to do
}

// wake has some people wake up, and checks that all is known of them.
func (d *dormitory) wake(people int) {
	d.t.Helper()
	users := actor.NewPID(d.engine.Address(), "region/user")
	for n := range people {
		id := uint64(firstID + n + 1)
		m, err := d.engine.Request(users, &messages.Deliver{To: id, Message: &messages.GetFacts{User: messages.UserID(id)}}, 10*time.Second).Result()
		if facts, ok := m.(*messages.Facts); err != nil || !ok || len(facts.Facts) != factsOf || facts.Profile.Messages != saidOf {
			d.t.Fatalf("of person %d is known %+v, %v", n, m, err)
		}
	}
}

// awake returns how many people are.
func (d *dormitory) awake() (n float64) {
	d.t.Helper()
	families, err := d.registry.Gather()
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == "troupe_region_entities" && l.GetValue() == "user" {
					n = m.GetGauge().GetValue()
				}
			}
		}
	}
	return n
}

// sleep waits until nobody is awake.
func (d *dormitory) sleep() {
	d.t.Helper()
	for range 900 {
		if d.awake() == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.t.Fatalf("%v people do not sleep", d.awake())
}

// People of whom much is known take no memory while they sleep, and none after they
// were awake.
func TestFigureIdlePeople(t *testing.T) {
	people, wakes := 100_000, 1000
	if raced || testing.Short() {
		people, wakes = 1000, 100
	}
	out := newSheet(t, fmt.Sprintf("%d people with %d facts and %d notes each, who sleep: the process's heap in KiB", people, factsOf, saidOf),
		"file in MiB", "at the start", fmt.Sprintf("%d awake", wakes), "asleep again")
	folder := t.TempDir()
	play := func(name string, people, wakes int) (started, after int64) {
		path := filepath.Join(folder, fmt.Sprint(people, ".db"))
		size := asleep(t, path, people)
		d := &dormitory{t: t}
		d.open(path)
		started = live()
		d.wake(wakes)
		awake := live()
		if n := d.awake(); n != float64(wakes) {
			t.Errorf("%v people are awake", n)
		}
		d.sleep()
		after = live()
		out.row(name, size>>20, started>>10, awake>>10, after>>10)
		d.stop()
		return started, after
	}
	play("warm up", 10, 10) // what the process needs once
	empty, _ := play("nobody", 0, 0)
	full, again := play("all", people, wakes)
	most := max(1<<20, empty/50)
	if full-empty > most {
		t.Errorf("those who sleep take %d KiB, more than %d", (full-empty)>>10, most>>10)
	}
	if again-full > most {
		t.Errorf("those who have slept again take %d KiB, more than %d", (again-full)>>10, most>>10)
	}
}
