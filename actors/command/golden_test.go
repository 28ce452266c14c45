package command

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"troupe/actors/persona"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "accept what the golden tests get")

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func testPersonas() []Persona {
	var all []Persona
	for _, p := range persona.All() {
		all = append(all, Persona{p.Name, p.Mood, p.About})
	}
	return all
}

func testFacts() *facts {
	return &facts{
		self: 42, started: noon.Add(-3 * time.Hour), personas: testPersonas(), entries: entries(testPersonas()),
		pools: []string{"discord", "gemini"}, coalescers: []string{"generation"}, analyzers: []string{"memory", "lore", "behaviour"}, caches: true,
	}
}

// used is a command as somebody uses it in a guild, without special rights.
func used(name string, options ...string) *messages.CommandUsed {
	u := &messages.CommandUsed{
		Interaction: messages.Interaction{ID: messages.InteractionID(messages.MessageIDAt(noon)), Application: 1, Token: "t"},
		Channel:     10, Guild: 7, User: messages.User{ID: 5, Name: "ann"}, Name: name, Options: map[string]string{},
	}
	for i := 0; i < len(options); i += 2 {
		u.Options[options[i]] = options[i+1]
	}
	return u
}

func inDirect(u *messages.CommandUsed) *messages.CommandUsed {
	u.Guild = 0
	return u
}

func byManager(u *messages.CommandUsed) *messages.CommandUsed {
	u.Permissions = messages.PermissionManageGuild
	return u
}

// said returns what a command says if those whom it asks answer so; who is not
// in the answers is late.
func said(t *testing.T, u *messages.CommandUsed, got answers) string {
	t.Helper()
	p := testFacts().planned(u)
	heard := answers{}
	for _, q := range p.asks {
		heard[q.to] = answer{err: os.ErrDeadlineExceeded}
	}
	for from, a := range got {
		if _, ok := heard[from]; !ok {
			t.Errorf("%s does not ask %v", u.Name, from)
		}
		heard[from] = a
	}
	return bounded(p.say(heard, noon))
}

func guildIs(persona string) answers {
	return answers{{whom: theGuild}: {message: &messages.GuildContext{Known: true, Persona: persona}}}
}

func userIs(plain bool, more answers) answers {
	more[address{whom: theUser}] = answer{message: &messages.UserContext{PlainPersona: plain}}
	return more
}

func errored(r whom, err error) answers { return answers{{whom: r}: {err: err}} }

func done(r whom, m any) answers { return answers{{whom: r}: {message: m}} }

// status answers /status in full.
func status(change func(q *messages.QuotaState, h *messages.Health, p *messages.PoolState)) answers {
	q := &messages.QuotaState{
		Models: []messages.ModelQuota{
			{
				Model: "gemini-2.5-flash", MinuteRequests: 3, MinuteTokens: 12_345, DayRequests: 19, LimitRPM: 10,
				LimitTPM: 250_000, LimitRPD: 250, Lasts: 3 * time.Hour, MinuteReset: 41 * time.Second,
			},
			{Model: "gemini-2.5-pro", DayRequests: 1},
		},
		Spent: 0.4249, SpendCap: 5, DayReset: 20 * time.Hour,
	}
	h := &messages.Health{Connected: true, Content: true}
	p := &messages.PoolState{Running: 5, Limit: 5, Queued: 12, Parked: 2, Breakers: map[string]string{"gemini-2.5-flash": messages.BreakerClosed}}
	change(q, h, p)
	return answers{
		{whom: theQuota}:      {message: q},
		{whom: theHealth}:     {message: h},
		{whom: theSupervisor}: {message: &messages.Parts{Restarts: 2}},
		{whom: theChannel}:    {message: &messages.Conversations{Window: 24, Waiting: 3, Speaking: 1}},
		{aPool, 0}:            {message: &messages.PoolState{Running: 1, Limit: 10}},
		{anAnalyzer, 0}:       {message: &messages.AnalyzerState{Backlog: 3, Waiting: "quiet times", Quarantined: 1}},
		{anAnalyzer, 1}:       {message: &messages.AnalyzerState{Done: 9, Waiting: "quiet times"}},
		{anAnalyzer, 2}:       {message: &messages.AnalyzerState{}},
		{aPool, 1}:            {message: p},
		{aCoalescer, 0}:       {message: &messages.CoalescerState{Joins: 120, Hits: 49}},
		{whom: theCache}:      {message: &messages.CacheState{Entries: 7, Hits: 12, Misses: 8, Bypassed: map[string]int{messages.BypassContext: 80}}},
	}
}

// What people read is in testdata; run with -rewrite to accept a change.
func TestGolden(t *testing.T) {
	full := &messages.Refused{Reason: messages.RefusedFull}
	broken := &messages.Failure{Cause: messages.CauseInternal}
	goldens(t, map[string][]one{
		"help": {
			{"in a guild", used("help"), userIs(false, guildIs("pirate"))},
			{"in a guild without a persona", used("help"), userIs(false, guildIs(""))},
			{"to who wants plain answers", used("help"), userIs(true, guildIs("pirate"))},
			{"in a direct message", inDirect(used("help")), userIs(false, answers{})},
			{"when nobody answers in time", used("help"), nil},
		},
		"clear": {
			{"done", used("clear"), done(theUser, &messages.Forgot{})},
			{"done in a direct message", inDirect(used("clear")), done(theUser, &messages.Forgot{})},
			{"not kept", used("clear"), errored(theUser, broken)},
			{"too many", used("clear"), errored(theUser, full)},
		},
		"persona": {
			{"shown", used("persona"), userIs(false, guildIs("pirate"))},
			{"shown to who wants plain answers", used("persona"), userIs(true, guildIs("pirate"))},
			{"shown, none chosen", used("persona"), userIs(true, guildIs(""))},
			{"shown, one that is no more", used("persona"), userIs(false, guildIs("clown"))},
			{"shown in a direct message", inDirect(used("persona")), userIs(false, answers{})},
			{"shown when nobody answers in time", used("persona"), nil},
			{"chosen", byManager(used("persona", "name", "pirate")), done(theGuild, &messages.Kept{})},
			{"chosen for the channel", byManager(used("persona", "name", "tutor", "where", "channel")), done(theGuild, &messages.Kept{})},
			{"reset", byManager(used("persona", "name", "reset", "where", "server")), done(theGuild, &messages.Kept{})},
			{"reset for the channel", byManager(used("persona", "name", "reset", "where", "channel")), done(theGuild, &messages.Kept{})},
			{"not kept", byManager(used("persona", "name", "pirate")), errored(theGuild, broken)},
			{"too many channels", byManager(used("persona", "name", "pirate", "where", "channel")), errored(theGuild, full)},
			{"without the permission", used("persona", "name", "pirate"), nil},
			{"in a direct message", inDirect(byManager(used("persona", "name", "pirate"))), nil},
			{"plain", used("persona", "mine", "plain"), done(theUser, &messages.Kept{})},
			{"not plain any more", used("persona", "mine", "guild"), done(theUser, &messages.Kept{})},
			{"plain, not kept", used("persona", "mine", "plain"), errored(theUser, broken)},
			{"without the permission, but plain", used("persona", "name", "pirate", "mine", "plain"), done(theUser, &messages.Kept{})},
			{"where, but not which", byManager(used("persona", "where", "channel")), nil},
			{"one that there is not", byManager(used("persona", "name", "clown`")), nil},
		},
		"status": {
			{"all is well", used("status"), status(func(*messages.QuotaState, *messages.Health, *messages.PoolState) {})},
			{"nobody answers in time", used("status"), nil},
			{"at the beginning", used("status"), answers{
				{whom: theQuota}:      {message: &messages.QuotaState{DayReset: time.Hour}},
				{whom: theHealth}:     {message: &messages.Health{Content: true}},
				{whom: theSupervisor}: {message: &messages.Parts{}},
				{whom: theChannel}:    {message: &messages.Conversations{Window: 1, Speaking: 0}},
				{aPool, 0}:            {message: &messages.PoolState{Limit: 10}},
				{aPool, 1}:            {message: &messages.PoolState{Limit: 5}},
				{aCoalescer, 0}:       {message: &messages.CoalescerState{}},
				{whom: theCache}:      {message: &messages.CacheState{}},
			}},
			{"in trouble that nobody waits for", used("status"), status(func(_ *messages.QuotaState, h *messages.Health, _ *messages.PoolState) {
				h.Down = []messages.PartDown{{Part: "learner/memory", Background: true}}
			})},
			{"in trouble", used("status"), status(func(q *messages.QuotaState, h *messages.Health, p *messages.PoolState) {
				q.Models[0].Paused, q.Models[0].Cause = 90*time.Second, messages.CauseMinuteQuota
				for i := range 6 {
					q.Models = append(q.Models, messages.ModelQuota{Model: fmt.Sprintf("model-%d", i), LimitRPD: 20, DayRequests: 20})
				}
				h.Connected, h.Content = false, false
				for _, part := range []string{"channel/123", "channel/456", "router/gemini", "outbox/7", "a", "b", "c", "d"} {
					h.Down = append(h.Down, messages.PartDown{Part: part, Cause: "secret"})
				}
				h.Down = append(h.Down, messages.PartDown{Part: "learner/memory", Background: true}, messages.PartDown{Part: "learner/lore", Background: true})
				p.Breakers = map[string]string{"gemini-2.5-pro": messages.BreakerOpen, "a": messages.BreakerHalfOpen, "b": messages.BreakerClosed}
			})},
		},
		"faults": {
			{"an unknown command", used("dance now\n`please`"), nil},
			{"one that is another's", used("chat", "message", "hi"), nil},
			{"an option that there is no more", used("clear", "all", "true"), nil},
			{"a command without its subcommand", used("memory"), nil},
			{"a subcommand that there is not", used("memory lose"), nil},
			{"a subcommand without what it needs", used("memory forget"), nil},
			{"one with another's option", used("memory view", "number", "3"), nil},
		},
	})
}

// A one is a command that somebody uses, and what it is answered by others.
type one struct {
	name string
	used *messages.CommandUsed
	got  answers
}

// goldens compares what commands say with files by their names.
func goldens(t *testing.T, files map[string][]one) {
	t.Helper()
	for name, cases := range files {
		t.Run(name, func(t *testing.T) {
			var all bytes.Buffer
			for _, one := range cases {
				fmt.Fprintf(&all, "== %s\n%s\n\n", one.name, said(t, one.used, one.got))
			}
			golden(t, filepath.Join("testdata", name+".txt"), all.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
}
