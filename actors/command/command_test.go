package command

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A world is all that a command can reach. What nobody set is silent.
type world struct {
	t          *testing.T
	e          actortest.Engine
	pid        *actor.PID
	user       any // answers
	guild      any
	quota      any
	person     *messages.PersonFound // nil: the journal is silent about people
	notes      map[string]string
	silentNote atomic.Bool

	users, guilds, channels, journal, router *actortest.Probe
	discord
}

// A discord keeps what it is asked. It is asked by the router's actor.
type discord struct {
	mu         sync.Mutex
	errs       []error // of the next requests
	responses  []*messages.Response
	registered []messages.ApplicationID
}

func (d *discord) fail(errs ...error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs = errs
}

func (d *discord) shown() []*messages.Response {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.responses
}

func (d *discord) Respond(_ context.Context, r *messages.Response) (messages.Sent, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.errs) > 0 {
		err := d.errs[0]
		d.errs = d.errs[1:]
		return messages.Sent{}, err
	}
	d.responses = append(d.responses, r)
	return messages.Sent{}, nil
}

func (d *discord) RegisterCommands(_ context.Context, app messages.ApplicationID, all []messages.Command) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.errs) > 0 {
		err := d.errs[0]
		d.errs = d.errs[1:]
		return err
	}
	if !cmp.Equal(All(testPersonas()), all) {
		return &messages.Failure{Cause: messages.CauseInternal}
	}
	d.registered = append(d.registered, app)
	return nil
}

func (d *discord) registrations() []messages.ApplicationID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.registered
}

// runJob is a router without limits.
func runJob(c *actor.Context) {
	if j, ok := c.Message().(*messages.Job); ok {
		c.Respond(&messages.JobDone{Result: j.Run(context.Background(), func(any) {})})
	}
}

// jobs returns the jobs since the last time.
func (w *world) jobs() []*messages.Job {
	var all []*messages.Job
	for _, m := range w.router.Take() {
		if j, ok := m.(*messages.Job); ok {
			all = append(all, j)
		}
	}
	return all
}

func (w *world) keep(c *actor.Context) {
	if w.silentNote.Load() {
		return
	}
	switch m := c.Message().(type) {
	case *messages.GetNotes:
		c.Respond(&messages.Notes{Values: maps.Clone(w.notes)})
	case *messages.GetPerson:
		if w.person != nil {
			c.Respond(w.person)
		}
	case *messages.KeepNote:
		w.notes[m.Key] = m.Value
		c.Respond(&messages.Kept{})
	}
}

// answering is a fake that answers all with what m holds when it is asked.
func answering(m *any) func(*actor.Context) {
	return func(c *actor.Context) {
		if *m != nil {
			c.Respond(*m)
		}
	}
}

// run starts a command actor at noon.
func run(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(noon))
		w := &world{t: t, e: e, notes: map[string]string{}}
		w.users, w.guilds, w.channels = e.Fake(answering(&w.user)), e.Fake(answering(&w.guild)), e.Probe()
		w.journal, w.router = e.Fake(w.keep), e.Fake(runJob)
		w.pid = e.Start(New(Config{
			Self: 42, Personas: testPersonas(), Started: noon.Add(-3 * time.Hour),
			Users: w.users.PID, Guilds: w.guilds.PID, Channels: w.channels.PID,
			Quota: e.Fake(answering(&w.quota)).PID, Pools: []*actor.PID{e.Probe().PID}, Coalescers: []*actor.PID{e.Probe().PID},
			Health: e.Probe().PID, Supervisor: e.Probe().PID, Journal: w.journal.PID, Router: w.router.PID,
			Discord: &w.discord, Log: actortest.Log(),
		}))
		f(t, w)
	})
}

// use has a command used and returns what Discord shows, once all have answered
// or are late.
func (w *world) use(u *messages.CommandUsed) string {
	w.t.Helper()
	before := len(w.shown())
	if m, err := w.e.Ask(w.pid, u); err != nil || !cmp.Equal(m, any(&messages.Taken{})) {
		w.t.Errorf("answered %v, %v", m, err)
	}
	synctest.Wait()
	if len(w.shown()) != before+1 {
		w.t.Fatalf("%d responses", len(w.shown())-before)
	}
	r := w.shown()[before]
	if r.Interaction != u.Interaction || r.Further || r.Message != 0 || len(r.Mentions) != 0 {
		w.t.Errorf("response %+v", r)
	}
	return r.Content
}

// /clear moves the bound of who used it, in that channel, to that moment.
func TestClear(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.user = &messages.Forgot{}
		u := used("clear")
		if got := w.use(u); got != sayCleared(false, nil) {
			t.Errorf("says %q", got)
		}
		want := []any{&messages.Deliver{To: 5, Message: &messages.Forget{
			User: 5, Channel: 10, Before: messages.MessageID(u.Interaction.ID),
		}}}
		if d := cmp.Diff(want, w.users.Take()); d != "" {
			t.Error(d)
		}
		if j := w.jobs()[0]; j.Kind != "respond" || j.Guild != 7 || j.Priority != messages.PriorityInteractive {
			t.Errorf("job %+v", j)
		}
	})
}

// Without an answer of the user's actor nothing is claimed.
func TestClearWithoutAnswer(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		if got := w.use(used("clear")); !strings.Contains(got, "could not write that down") {
			t.Errorf("says %q", got)
		}
	})
}

// /persona changes what was asked for, and only what one may change.
func TestPersonaAsks(t *testing.T) {
	set := func(channel messages.ChannelID, name string) any {
		return &messages.Deliver{To: 7, Message: &messages.SetPersona{Guild: 7, Channel: channel, Persona: name}}
	}
	refuse := func(refuse bool) any {
		return &messages.Deliver{To: 5, Message: &messages.RefusePersona{User: 5, Refuse: refuse}}
	}
	administrator := used("persona", "name", "roast")
	administrator.Permissions = messages.PermissionAdministrator
	tests := []struct {
		name  string
		used  *messages.CommandUsed
		guild any
		user  any
	}{
		{"for the server", byManager(used("persona", "name", "pirate")), set(0, "pirate"), nil},
		{"by an administrator", administrator, set(0, "roast"), nil},
		{"for the channel", byManager(used("persona", "name", "pirate", "where", "channel")), set(10, "pirate"), nil},
		{"reset", byManager(used("persona", "name", "reset", "where", "channel")), set(10, ""), nil},
		{"not permitted", used("persona", "name", "pirate"), nil, nil},
		{"in a direct message", inDirect(byManager(used("persona", "name", "pirate"))), nil, nil},
		{"one's own", used("persona", "mine", "plain"), nil, refuse(true)},
		{"one's own again", inDirect(used("persona", "mine", "guild")), nil, refuse(false)},
		{"both", byManager(used("persona", "name", "tutor", "mine", "plain")), set(0, "tutor"), refuse(true)},
		{"both, one not permitted", used("persona", "name", "tutor", "mine", "plain"), nil, refuse(true)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, func(t *testing.T, w *world) {
				w.user, w.guild = &messages.Kept{}, &messages.Kept{}
				w.use(tt.used)
				for _, one := range []struct {
					probe *actortest.Probe
					want  any
				}{{w.guilds, tt.guild}, {w.users, tt.user}} {
					var want []any
					if one.want != nil {
						want = []any{one.want}
					}
					if d := cmp.Diff(want, one.probe.Take()); d != "" {
						t.Error(d)
					}
				}
			})
		})
	}
}

// /status asks everybody at once and waits for the slow only so long.
func TestStatusIsGatheredInParallel(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.quota = &messages.QuotaState{DayReset: time.Hour, Spent: 1.5}
		w.e.Tell(w.pid, used("status"))
		time.Sleep(readWait)
		synctest.Wait()
		if len(w.shown()) != 1 {
			t.Fatalf("%d responses after %v", len(w.shown()), readWait)
		}
		got := w.shown()[0].Content
		if !strings.Contains(got, "Spent today: $1.50") || strings.Count(got, late) != 5 {
			t.Errorf("says %q", got)
		}
		want := []any{&messages.Deliver{To: 10, Message: &messages.GetConversations{}}}
		if d := cmp.Diff(want, w.channels.Take()[:1]); d != "" {
			t.Error(d)
		}
	})
}

// A limit parks the response, and a failure is made good.
func TestResponseIsRepeated(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		soon := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
		w.fail(soon, errors.New("odd"), soon)
		w.use(used("dance"))
		jobs := w.jobs()
		if len(jobs) != 4 {
			t.Errorf("%d tries", len(jobs))
		}
		limited := &messages.Limited{Wait: time.Second}
		w.fail(limited)
		if got := jobs[0].Run(t.Context(), nil); got != any(limited) {
			t.Errorf("a limit ends a run in %v", got)
		}
	})
}

// What nobody could see is not said.
func TestOldCommandIsDropped(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		u := used("dance")
		time.Sleep(tokenLife)
		w.e.Tell(w.pid, u)
		if len(w.jobs()) != 0 {
			t.Error("it is answered")
		}
		gone := &messages.Failure{Cause: messages.CauseGone}
		w.fail(gone, gone)
		u.Interaction.ID = messages.InteractionID(messages.MessageIDAt(time.Now()))
		w.e.Tell(w.pid, u)
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(w.jobs()); n != 1 {
			t.Errorf("one that is gone is tried %d times", n)
		}
	})
}

// As many are under way as may be; others are told to come back, and then get
// their answer.
func TestBusy(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		for i := range maxOpen + 10 {
			w.e.Tell(w.pid, by(messages.UserID(1000+i), i+1))
		}
		if len(w.shown()) != 10 {
			t.Fatalf("%d told at once", len(w.shown()))
		}
		for _, r := range w.shown() {
			if r.Content != sayBusy() {
				t.Errorf("told %q", r.Content)
			}
		}
		time.Sleep(writeWait)
		synctest.Wait()
		if len(w.shown()) != maxOpen+10 {
			t.Errorf("%d told in the end", len(w.shown()))
		}
		if got := w.use(by(3000, 3000)); got == sayBusy() {
			t.Error("still busy")
		}
	})
}

// The commands are registered once, and again by no other process unless they
// changed.
func TestRegisters(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ready := &messages.SessionStarted{Application: 9}
		w.e.Tell(w.pid, ready)
		w.e.Tell(w.pid, ready)
		if d := cmp.Diff([]messages.ApplicationID{9}, w.registrations()); d != "" {
			t.Fatal(d)
		}
		if j := w.jobs()[0]; j.Priority != messages.PriorityBackground || j.Kind != "register" {
			t.Errorf("job %+v", j)
		}
		r := registration{commands: All(testPersonas()), app: 9}
		if d := cmp.Diff(map[string]string{"registered": r.hash()}, w.notes); d != "" {
			t.Error(d)
		}
		answer, err := w.e.Ask(w.pid, &messages.GetCommands{})
		if d := cmp.Diff(&messages.Commands{Commands: All(testPersonas())}, answer); d != "" || err != nil {
			t.Error(d, err)
		}
	})
	run(t, func(t *testing.T, w *world) {
		r := registration{commands: All(testPersonas()), app: 9}
		w.notes["registered"] = r.hash()
		w.e.Tell(w.pid, &messages.SessionStarted{Application: 9})
		if len(w.registrations()) != 0 {
			t.Error("what is registered is registered again")
		}
	})
}

// A journal or a Discord that fails delays the registration.
func TestRegistersLater(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.silentNote.Store(true)
		w.fail(&messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff})
		w.e.Tell(w.pid, &messages.SessionStarted{Application: 9})
		time.Sleep(time.Minute)
		w.silentNote.Store(false)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(w.jobs()); len(w.registrations()) != 1 || n != 2 || w.notes["registered"] == "" {
			t.Errorf("registered %v after %d tries, kept %v", w.registrations(), n, w.notes)
		}
	})
}

// What Discord does not take is left alone until the next session.
func TestRegistrationRefused(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.fail(&messages.Failure{Cause: messages.CauseNoPermission, Status: 403})
		w.e.Tell(w.pid, &messages.SessionStarted{Application: 9})
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := len(w.jobs()); n != 1 {
			t.Errorf("%d tries", n)
		}
		w.e.Tell(w.pid, &messages.SessionStarted{Application: 9})
		if len(w.registrations()) != 1 {
			t.Error("the next session does not try it again")
		}
	})
}
