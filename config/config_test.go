package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// A sample is how one key is set in all ways.
type sample struct {
	file   string // as YAML
	want   string // as Print shows it
	env    string // another value, as a variable; "" if the key has none
	envTo  string // as Print shows that
	bad    string // as YAML
	badMsg string // what is said of it
}

// samples has one for every key.
func samples() map[string]sample {
	const ids = "want IDs such as 175928847299117063: in Discord, Settings, Advanced, turn on Developer Mode, then right-click and Copy ID"
	const url = "want an address such as https://example.com/api, without password and query"
	const secret = "is malformed: want the secret alone, without spaces and quotes"
	return map[string]sample{
		"discord.token":                    {"a.b-c", `"[hidden]"`, "d.e.f", `"[hidden]"`, "Bot abc", secret},
		"discord.api_url":                  {"http://[::1]:80/api", `"http://[::1]:80/api"`, "https://x.de", "https://x.de", "https://a:b@c", "is \"https://a:b@c\": " + url},
		"discord.cdn_url":                  {"https://cdn.x.de", "https://cdn.x.de", "https://y.de", "https://y.de", "cdn.x.de", "is \"cdn.x.de\": " + url},
		"discord.requests_per_second":      {"0", "0", "120", "120", "-1", `is "-1": want a whole number from 0 to 10000`},
		"discord.concurrency":              {"auto:40", "auto:40", "", "", "many", `is "many": want auto, auto:40 or a whole number from 0 to 1000`},
		"gemini.key":                       {"'AIza0'", `"[hidden]"`, "AIza1", `"[hidden]"`, `"[hidden]"`, secret},
		"gemini.api_url":                   {"https://g.de/", "https://g.de/", "http://h.de/", "http://h.de/", "ftp://g.de", `is "ftp://g.de": ` + url},
		"gemini.model":                     {"gemini-4-argon", "gemini-4-argon", "", "", "'gemini 4'", `is "gemini 4": want the name of a model, such as gemini-3.5-flash-lite`},
		"gemini.embedding_model":           {"gemini-embedding-3", "gemini-embedding-3", "", "", "'gemini 4'", `is "gemini 4": want the name of a model, such as gemini-3.5-flash-lite, or nothing`},
		"gemini.spare_model":               {"gemini-4-argon", "gemini-4-argon", "", "", "'gemini 4'", `is "gemini 4": want the name of a model, such as gemini-3.5-flash-lite, or nothing`},
		"gemini.max_output_tokens":         {"500", "500", "", "", "65537", `is "65537": want a whole number from 16 to 65536`},
		"gemini.thinking":                  {"xhigh", "xhigh", "", "", "hard", `is "hard": want minimal, low, medium, high or xhigh`},
		"gemini.safety":                    {"none", "none", "", "", "all", `is "all": want none, few, some or most`},
		"gemini.requests_per_minute":       {"0", "0", "1000", "1000", "1.5", `is "1.5": want a whole number from 0 to 1000000`},
		"gemini.tokens_per_minute":         {"7", "7", "8", "8", "1e6", `is "1e6": want a whole number from 0 to 1000000000`},
		"gemini.requests_per_day":          {"9", "9", "10", "10", "true", `is "true": want a whole number from 0 to 1000000000`},
		"gemini.concurrency":               {"7", "7", "auto:9", "auto:9", "-1", `is "-1": want auto, auto:40 or a whole number from 0 to 1000`},
		"answer.guilds":                    {"[175928847299117063, '175928847299117064']", "[175928847299117063, 175928847299117064]", "", "", "[me]", `is "me": ` + ids},
		"answer.channels":                  {"\n    - 18446744073709551615", "[18446744073709551615]", "", "", "[1.5e17]", `is "1.5e17": ` + ids},
		"answer.users":                     {"175928847299117063", "[175928847299117063]", "", "", "[0]", `is "0": ` + ids},
		"answer.direct_messages":           {"false", "false", "", "", "nein", `is "nein": want true or false`},
		"answer.always":                    {"[1]", "[1]", "", "", "[1, x]", `is ["1" "x"]: ` + ids},
		"answer.prefixes":                  {"[hey bot, '!', on]", `["hey bot", "!", "on"]`, "", "", "['']", `is "": want at most 20 words of at most 32 bytes, none empty`},
		"answer.persona":                   {"pirate", "pirate", "", "", "Pirat", `is "Pirat": want helpful, concise, roast, pirate or tutor`},
		"answer.side_by_side":              {"1", "1", "", "", "0", `is "0": want a whole number from 1 to 100`},
		"answer.queue":                     {"3", "3", "", "", "~x", `is "~x": want a whole number from 1 to 10000`},
		"answer.catch_up":                  {"1h", "1h", "", "", "2d", `is "2d": want a time such as 90s or 10m, from 0s to 24h`},
		"answer.outage_wait":               {"0s", "0s", "", "", "2h", `is "2h": want a time such as 90s or 10m, from 0s to 1h`},
		"answer.cache":                     {"1h", "1h", "", "", "-1s", `is "-1s": want a time such as 90s or 10m, from 0s to 24h`},
		"limits.user_requests_per_minute":  {"0", "0", "3", "3", "99999", `is "99999": want a whole number from 0 to 10000`},
		"limits.role_requests_per_minute":  {"[7=0, 18446744073709551615 = 30]", `["7=0", "18446744073709551615 = 30"]`, "", "", "[7=99999]", `is "7=99999": want at most 20 roles, each with its questions a minute from 0 to 10000, such as 175928847299117063=30`},
		"limits.guild_requests_per_minute": {"60", "60", "5", "5", "-1", `is "-1": want a whole number from 0 to 10000`},
		"limits.daily_spend":               {"0.25", "0.25", "12", "12", ".nan", `is ".nan": want a number from 0 to 1000000`},
		"memory.window_messages":           {"20", "20", "", "", "0x10", `is "0x10": want a whole number from 1 to 1000`},
		"memory.window_bytes":              {"3 MB", "3MB", "", "", "1KiB", `is "1KiB": want a size such as 256MiB, from 1MiB to 1024GiB`},
		"memory.cache_bytes":               {"1MiB", "1MiB", "", "", "1KiB", `is "1KiB": want a size such as 256MiB, from 64KiB to 16GiB`},
		"memory.prompt_tokens":             {"1000", "1000", "", "", "12", `is "12": want a whole number from 256 to 1000000`},
		"memory.prefetch":                  {"false", "false", "", "", "maybe", `is "maybe": want true or false`},
		"memory.learn":                     {"false", "false", "", "", "maybe", `is "maybe": want true or false`},
		"memory.summaries":                 {"false", "false", "", "", "maybe", `is "maybe": want true or false`},
		"memory.idle":                      {"90s", "1m30s", "", "", "10", `is "10": want a time such as 90s or 10m, from 10s to 24h`},
		"store":                            {`"memory:"`, `"memory:"`, "sqlite:/x y.db", `"sqlite:/x y.db"`, "troupe.db", `is "troupe.db": want sqlite: and a path, such as sqlite:troupe.db, or "memory:"`},
		"http":                             {"off", `"off"`, ":80", `":80"`, "8080", `is "8080": want an address and a port such as 127.0.0.1:8080, or off`},
		"log":                              {"debug", "debug", "warn", "warn", "loud", `is "loud": want debug, info, warn or error`},
	}
}

// Every key is read from the file, its variable goes before that, each says
// where it comes from, and what is not allowed is refused with its line.
func TestKeys(t *testing.T) {
	seen := samples()
	for _, k := range keysOf(Default()) {
		s, ok := seen[k.path]
		if !ok {
			t.Errorf("%s has no sample", k.path)
			continue
		}
		delete(seen, k.path)
		t.Run(k.path, func(t *testing.T) { s.test(t, k) })
	}
	for path := range seen {
		t.Errorf("the sample %s is of no key", path)
	}
}

func (s sample) test(t *testing.T, k key) {
	if (k.env == "") != (s.env == "") {
		t.Fatalf("the variable is %q, its sample %q", k.env, s.env)
	}
	text := func(value string) string {
		if k.section() == "" {
			return "# a comment\n" + k.name() + ": " + value
		}
		return k.section() + ":\n  " + k.name() + ": " + value
	}
	if got := printed(t, load(t, text(s.file)), k.path); got != s.want+"  # bot.yaml:2" {
		t.Errorf("from the file: %s", got)
	}
	if s.env != "" {
		if got := printed(t, load(t, text(s.file), k.env+"="+s.env), k.path); got != s.envTo+"  # environment "+k.env {
			t.Errorf("from the environment: %s", got)
		}
		if got := printed(t, load(t, text(s.file), k.env+"="), k.path); got != s.want+"  # bot.yaml:2" {
			t.Errorf("with an empty variable: %s", got)
		}
	}
	refused(t, text(s.bad), nil, "config bot.yaml:2: "+k.path+" "+s.badMsg)
	if s.env != "" {
		bad := strings.Trim(s.bad, `"`)
		refused(t, "", []string{k.env + "=" + bad}, "environment "+k.env+": "+k.path+" "+s.badMsg)
	}
	if got := printed(t, load(t, text("")), k.path); got != k.yaml()+"  # default" {
		t.Errorf("without a value: %s", got)
	}
}

// printed returns what Print shows of a key.
func printed(t *testing.T, c *Config, path string) string {
	t.Helper()
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	section := ""
	for line := range strings.Lines(b.String()) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if !strings.HasPrefix(name, " ") {
			section = ""
		}
		if section+strings.TrimSpace(name) == path {
			return strings.TrimPrefix(value, " ")
		}
		if value == "" {
			section = name + "."
		}
	}
	t.Fatalf("%s is not printed:\n%s", path, b.String())
	return ""
}

// refused checks that a file and environment are refused with these problems.
func refused(t *testing.T, text string, environ []string, want ...string) {
	t.Helper()
	_, err := Load(write(t, text), environ)
	if err == nil {
		t.Fatalf("%q %q is taken", text, environ)
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("%q %q (-want +got):\n%s", text, environ, diff)
	}
}

// What is printed is what it is printed of, when it is read again.
func TestPrintLoads(t *testing.T) {
	c := load(t, strings.Join([]string{
		"answer: {prefixes: ['# x', '\"', 'a: b', 'ö', \"it's\", '[', 'null', '-', '1'], channels: [5]}",
		"memory: {window_bytes: 1500KB, idle: 1h}",
		"discord: {concurrency: 3}", "limits: {role_requests_per_minute: [7=5]}",
		"store: 'sqlite:C:\\x # y.db'",
	}, "\n"))
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	again := load(t, b.String())
	for i, k := range keysOf(c) {
		if diff := cmp.Diff(k.texts(), keysOf(again)[i].texts()); diff != "" {
			t.Errorf("%s:\n%s\nin\n%s", k.path, diff, b.String())
		}
	}
}

func TestFileThatIsMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Load("", nil)
	if err != nil || printed(t, c, "log") != "info  # default" {
		t.Errorf("no file at all: %v", err)
	}
	want := "config x.yaml: there is no such file: make one with troupe config init, or check the path"
	for name, environ := range map[string][]string{"x.yaml": nil, "": {"TROUPE_CONFIG=x.yaml"}} {
		if _, err := Load(name, environ); err == nil || err.Error() != want {
			t.Errorf("%q %q: %v", name, environ, err)
		}
	}
	if _, err := Load(".", nil); err == nil || err.Error() != "config .: it is a folder: name the file in it" {
		t.Error(err)
	}
}

// The file is the one named, else the one of TROUPE_CONFIG, else troupe.yaml.
func TestWhichFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, level := range map[string]string{"a.yaml": "debug", "b.yaml": "warn", DefaultPath: "error"} {
		if err := os.WriteFile(filepath.Clean(name), []byte("log: "+level), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		path    string
		environ []string
		want    string
	}{
		{"a.yaml", []string{"TROUPE_CONFIG=b.yaml"}, "debug"},
		{"", []string{"TROUPE_CONFIG=b.yaml"}, "warn"},
		{"", []string{"TROUPE_CONFIG="}, "error"},
		{"", nil, "error"},
	} {
		c, err := Load(tt.path, tt.environ)
		if err != nil || c.Log != tt.want {
			t.Errorf("%q %q: %v, %v", tt.path, tt.environ, c, err)
		}
	}
}

// What is written of roles is what they may do.
func TestRoleRates(t *testing.T) {
	c := load(t, "limits: {role_requests_per_minute: [7=0, '18446744073709551615 = 30', 7=5]}")
	want := map[messages.RoleID]int{7: 5, 1<<64 - 1: 30}
	if got := c.Limits.RoleRates(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, bad := range []string{"", "7", "=3", "0=3", "x=3", "7=", "7=-1", "7=1.5", "7=3=4"} {
		if isRoleRate(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}
