package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// marked is a secret that is found wherever it leaks. It is as long as the keys
// that Google gives out; a Discord token is longer.
const marked = "AIzaSyMARKED0123456789MARKED0123456789x"

// A secret is hidden by whatever prints or encodes it, in the fields of a
// struct too, the unexported ones included.
func TestSecretIsHidden(t *testing.T) {
	s := MakeSecret(marked)
	holder := struct {
		Open   Secret
		closed Secret
		list   []Secret
		any    any
	}{s, s, []Secret{s}, s}
	c := Default()
	c.Discord.Token, c.Gemini.Key = s, s

	var out bytes.Buffer
	for _, v := range []any{s, &s, holder, &holder, c, *c, struct{ c Config }{*c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&out, nil)), slog.New(slog.NewTextHandler(&out, nil))} {
			log.Info("it is set", "value", v)
		}
		for _, encode := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
			b, err := encode(v)
			if err != nil {
				t.Error(err)
			}
			out.Write(b)
		}
	}
	hidden(t, out.String())
	if s.Reveal() != marked || s.String() != mask || (Secret{}).String() != "" || (Secret{}).Reveal() != "" || (Secret{}).IsSet() {
		t.Error("a secret does not know itself")
	}
}

// hidden checks that a text holds nothing of the marked secret, also not in hex.
func hidden(t *testing.T, text string) {
	t.Helper()
	for _, form := range []string{"MARKED", "marked", fmt.Sprintf("%x", "MARKED"), fmt.Sprintf("%X", "MARKED"), fmt.Sprintf("%d", []byte("MARKED"))} {
		if i := strings.Index(text, form); i >= 0 {
			t.Fatalf("the secret is shown: …%s…", text[max(i-80, 0):min(i+80, len(text))])
		}
	}
}

// Wherever in a file or variable a secret stands, right or wrong, nothing that
// is said about it shows it. Neither does any file make the reader panic.
func FuzzLoad(f *testing.F) {
	for _, file := range []string{
		"discord:\n  token: SECRET\ngemini: {key: SECRET}\n",
		"discord:\n  token: SECRET SECRET\n",
		"discord:\n  tokn: SECRET\n",
		"discord: SECRET\n",
		"SECRET: 1\n",
		"SECRET\n",
		"- SECRET\n",
		"log: SECRET\n",
		"gemini:\n  model: SECRET!\n",
		"answer: {guilds: [SECRET], prefixes: [SECRET, '']}\n",
		"memory:\n  idle: SECRET\n  window_bytes: [SECRET]\n",
		"discord:\n  token: 'SECRET\n",
		"discord:\n  token: SECRET: x\n",
		"discord:\n\ttoken: SECRET\n",
		"token: \"\\SECRET\"\n",
		"a: &SECRET b\nc: *SECRET\nd: !SECRET e\n",
		"%YAML SECRET\n---\n",
		"SECRET: 1\nSECRET: 2\n",
		"discord:\n  token:\n    SECRET: x\n",
		"log: |\n  SECRET\n",
		"store: 'sqlite:SECRET'\nhttp: SECRET:80\n",
		"? [SECRET]\n: SECRET\n",
		"<<: {a: SECRET}\n",
		"answer:\n  prefixes:\n  - !!binary SECRET\n  - {a: SECRET}\n",
		Template(),
	} {
		f.Add(file, "SECRET")
		f.Add(file, "Bot SECRET")
		f.Add(file, "")
	}
	f.Fuzz(func(t *testing.T, file, variable string) {
		fill := func(s string) string { return strings.ReplaceAll(s, "SECRET", marked) }
		path := filepath.Join(t.TempDir(), "bot.yaml")
		if err := os.WriteFile(path, []byte(fill(file)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"DISCORD_TOKEN", "GEMINI_API_KEY", "TROUPE_USER_RPM", "TROUPE_LOG"} {
			c, err := Load(path, []string{name + "=" + fill(variable)})
			if err != nil {
				hidden(t, fmt.Sprintf("%v %+v %#v", err, err, err))
				continue
			}
			// Where a secret is taken for something else, such as a path, it may be shown.
			if strings.Contains(file, "SECRET") && !strings.Contains(file, "token: SECRET") && !strings.Contains(file, "key: SECRET") {
				continue
			}
			var b strings.Builder
			if err := c.Print(&b); err != nil {
				t.Error(err)
			}
			hidden(t, fmt.Sprintf("%s %v %+v %#v %q", b.String(), c, *c, c, c.Warnings()))
		}
	})
}
