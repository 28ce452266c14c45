package bot_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/cmd/bot"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/store"
	"troupe/supervision"

	"github.com/prometheus/client_golang/prometheus"
)

// A marked word is one that nobody else says, by which it is known again wherever it
// goes.
var markedWord = regexp.MustCompile(`zq[a-z]{10}`)

// A study is a bot on a store of its own, with analyzers that take up every marked
// word, beside people who say such.
type study struct {
	*stage
	r        *rand.Rand
	folder   string
	kills    int
	process  *life
	registry *prometheus.Registry // of the last process
	kept     store.Store          // the same
	lines    int
}

// studied begins a study in which Ann has turned on all that there is, and the guild
// its lore. Little is kept in memory, so that what was said before is summed up.
func studied(s *stage) *study {
	s.cfg.Memory.WindowMessages, s.cfg.Gemini.TokensPerMinute, s.cfg.Limits.DailySpend = 10, 0, 0
	s.gemini.SetAnswer(scribe)
	d := &study{stage: s, r: rand.New(rand.NewPCG(1, 1)), folder: s.t.TempDir()}
	d.start()
	d.use(s.ann, "lore on", nil)
	for _, what := range []string{"memory", "profile"} {
		d.use(s.ann, "privacy choose", map[string]string{"what": what, "value": "on"})
	}
	time.Sleep(time.Minute)
	return d
}

// word makes a marked word.
func (d *study) word() string {
	w := []byte("zq")
	for range 10 {
		w = append(w, byte('a'+d.r.IntN(26)))
	}
	return string(w)
}

// start begins a process on the store as it is.
func (d *study) start() {
	ctx, end := context.WithCancel(d.t.Context())
	p := &life{end: end, ended: make(chan error, 1)}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if p.dead.Load() {
			return nil, errors.New("killed")
		}
		return d.net.DialContext(ctx, network, addr)
	}
	if err := os.MkdirAll(filepath.Dir(d.path()), 0o700); err != nil {
		d.t.Fatal(err)
	}
	cfg := *d.cfg
	cfg.Store = "sqlite:" + d.path()
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 64}
	log := d.log
	if log == nil {
		log = logTo(d.t)
	}
	go func() {
		defer transport.CloseIdleConnections()
		p.ended <- bot.Run(ctx, bot.Options{Config: &cfg, Log: log, Transport: transport, Dial: dial, Alter: func(w *supervision.World) {
			d.registry, d.kept = w.Metrics.(*prometheus.Registry), w.Store.(store.Store)
			if d.alter != nil {
				d.alter(w)
			}
		}})
	}()
	d.process = p
	time.Sleep(time.Minute) // until it is connected
}

// path is where the store of the last process is, in a folder of its own.
func (d *study) path() string { return filepath.Join(d.folder, fmt.Sprint(d.kills), "troupe.db") }

// kill leaves the process without a network, and its store to the next one as it is on
// the disk.
func (d *study) kill() {
	d.t.Helper()
	synctest.Wait()
	old := d.path()
	d.kills++
	if err := os.MkdirAll(filepath.Dir(d.path()), 0o700); err != nil {
		d.t.Fatal(err)
	}
	for _, part := range []string{"", "-wal", "-intents"} {
		data, err := os.ReadFile(old + part)
		if err == nil {
			err = os.WriteFile(d.path()+part, data, 0o600)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	d.process.dead.Store(true)
	d.net.Cut()
	d.process.end()
}

// talk has Bob and Cat talk of nothing for some lines, so that what was said before
// them is a stretch of its own.
func (d *study) talk(channel messages.ChannelID, lines int) {
	d.t.Helper()
	for range lines {
		d.lines++
		d.say(discordsim.Say{Person: d.bob, Channel: channel, Text: fmt.Sprint("and so on, ", d.lines)})
		time.Sleep(time.Second)
	}
}

// derived returns all that the analyzers have come to or are to do, as it is on disk.
func (d *study) derived() string {
	d.t.Helper()
	return d.rows("derived", "pieces", "quarantine")
}

// rows returns all that is in some tables.
func (d *study) rows(tables ...string) string {
	d.t.Helper()
	synctest.Wait()
	db, err := sql.Open("sqlite", "file:"+d.path()+"?mode=ro")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was read
	var b strings.Builder
	for _, table := range tables {
		rows, err := db.QueryContext(d.t.Context(), "SELECT * FROM "+table)
		if err != nil {
			d.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			d.t.Fatal(err)
		}
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(cells...); err != nil {
				d.t.Fatal(err)
			}
			b.WriteString(table)
			for _, cell := range cells {
				fmt.Fprintf(&b, " %v", *cell.(*any))
			}
			b.WriteByte('\n')
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			d.t.Fatal(err)
		}
	}
	return b.String()
}

// told returns what a command comes to that a person uses.
func (d *study) told(who messages.UserID, channel messages.ChannelID, command string, options map[string]string) string {
	d.t.Helper()
	id, err := d.discord.UseCommand(discordsim.Use{Person: who, Channel: channel, Command: command, Options: options})
	if err != nil {
		d.t.Fatal(err)
	}
	time.Sleep(time.Minute)
	for _, u := range d.discord.Uses() {
		if u.ID != id || len(u.Answers) == 0 {
			continue
		}
		m, _ := d.discord.Message(channel, u.Answers[0])
		text := m.Content
		for _, f := range m.Attachments {
			data, _ := d.discord.File(f.ID)
			text += string(data.Data)
		}
		return text
	}
	d.t.Fatalf("/%s has no answer", command)
	return ""
}

// asked has a person ask something, and returns all that Gemini was shown since to
// answer something.
func (d *study) asked(who messages.UserID, channel messages.ChannelID, text string) string {
	d.t.Helper()
	before := len(d.gemini.Calls())
	d.say(discordsim.Say{Person: who, Channel: channel, Text: text})
	time.Sleep(time.Minute)
	return textsOf(slices.DeleteFunc(d.gemini.Calls()[before:], func(c geminisim.Call) bool { return c.Prompt == nil || c.Prompt.Schema != "" }))
}

// textsOf returns all that Gemini was shown in some calls.
func textsOf(calls []geminisim.Call) string {
	var b strings.Builder
	for _, c := range calls {
		b.WriteString(strings.Join(c.Texts, "\n"))
		if c.Prompt == nil {
			continue
		}
		b.WriteString(c.Prompt.System)
		for _, t := range c.Prompt.Turns {
			b.WriteString("\n" + t.Text)
		}
	}
	return b.String()
}

// wantWords checks which of some words are in a text.
func wantWords(t *testing.T, where, text string, there, gone []string) {
	t.Helper()
	for _, w := range there {
		if !strings.Contains(text, w) {
			t.Errorf("%s: there is no %s", where, w)
		}
	}
	for _, w := range gone {
		if i := strings.Index(text, w); i >= 0 {
			t.Errorf("%s: there is still %s: …%s…", where, w, text[max(i-200, 0):min(i+100, len(text))])
		}
	}
}
