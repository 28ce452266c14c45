package config

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// All that is wrong is told at once, each with its line and what to do.
func TestProblems(t *testing.T) {
	tests := map[string]struct {
		file    string
		environ []string
		want    string
	}{
		"a slip": {
			file: "gemini:\n  modell: x\n",
			want: `config bot.yaml:2: unknown key "modell" in gemini: did you mean "model"?`,
		},
		"a section misspelt": {
			file: "gemni:\n  model: x\n",
			want: `config bot.yaml:1: unknown key "gemni": did you mean "gemini"?`,
		},
		"in the wrong place": {
			file: "token: x\nlimits:\n  idle: 1m\n",
			want: `config bot.yaml:1: unknown key "token": did you mean discord.token?
config bot.yaml:3: unknown key "idle" in limits: did you mean memory.idle?`,
		},
		"like nothing": {
			file: "limits:\n  zebra: 1\n",
			want: `config bot.yaml:2: unknown key "zebra" in limits: want user_requests_per_minute, role_requests_per_minute, guild_requests_per_minute, daily_spend`,
		},
		"twice": {
			file: "log: info\nlog: warn\n",
			want: `config bot.yaml:2: this is no YAML: mapping key "log" already defined at [1:1]`,
		},
		"all at once, by line, then the environment": {
			file:    "gemini:\n  thinking: hard\n  modell: x\nmemory: {idle: 1s}\nanswer:\n  queue: x\n",
			environ: []string{"TROUPE_USER_RPM=abc", "TROUPE_GEMNI_RPM=3", "HOME=/root", "TROUPE_FOO="},
			want: `config bot.yaml:2: gemini.thinking is "hard": want minimal, low, medium, high or xhigh
config bot.yaml:3: unknown key "modell" in gemini: did you mean "model"?
config bot.yaml:4: memory.idle is "1s": want a time such as 90s or 10m, from 10s to 24h
config bot.yaml:6: answer.queue is "x": want a whole number from 1 to 10000
environment TROUPE_USER_RPM: limits.user_requests_per_minute is "abc": want a whole number from 0 to 10000
environment TROUPE_GEMNI_RPM: there is no such setting: did you mean TROUPE_GEMINI_RPM?
environment TROUPE_FOO: there is no such setting: troupe config init lists all`,
		},
		"not what belongs there": {
			file: "gemini: 5\ndiscord: [1]\nanswer:\n  queue: [1]\n  persona: {a: b}\n  guilds: [[1]]\n  users: {a: b}\n  prefixes: &x [a]\nlog: *x\n",
			want: `config bot.yaml:1: gemini is a single value: want keys and their values, such as troupe config init writes
config bot.yaml:2: discord is a list: want keys and their values, such as troupe config init writes
config bot.yaml:4: answer.queue is a list: want a whole number from 1 to 10000
config bot.yaml:5: answer.persona is a group of keys: want helpful, concise, roast, pirate or tutor
config bot.yaml:6: answer.guilds holds a list: want IDs such as 175928847299117063: in Discord, Settings, Advanced, turn on Developer Mode, then right-click and Copy ID
config bot.yaml:7: answer.users is a group of keys: want IDs such as 175928847299117063: in Discord, Settings, Advanced, turn on Developer Mode, then right-click and Copy ID
config bot.yaml:8: answer.prefixes is an anchor, alias or tag, which are not read here: want at most 20 words of at most 32 bytes, none empty
config bot.yaml:9: log is an anchor, alias or tag, which are not read here: want debug, info, warn or error`,
		},
		"no file of keys": {
			file: "- a\n",
			want: `config bot.yaml:1: the file is a list: want keys and their values, such as troupe config init writes`,
		},
		"two documents": {
			file: "log: info\n---\nlog: warn\n",
			want: `config bot.yaml:3: a second document begins here: keep to one`,
		},
		"no YAML": {
			file: "log: info\n\tmodel: x\n",
			want: `config bot.yaml:2: this is no YAML: found character '\t' that cannot start any token`,
		},
		"a colon without quotes": {
			file: "log: info\nstore: memory:\n",
			want: `config bot.yaml:2: this is no YAML: mapping value is not allowed in this context`,
		},
		"long values are not repeated": {
			file: "gemini:\n  model: " + strings.Repeat("é", 70) + "\n" + strings.Repeat("x", 100) + ": 1\n",
			want: `config bot.yaml:2: gemini.model is a text of 140 bytes: want the name of a model, such as gemini-3.5-flash-lite
config bot.yaml:3: unknown key a text of 100 bytes: want discord, gemini, answer, limits, memory, store, http, log`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			refused(t, tt.file, tt.environ, strings.Split(tt.want, "\n")...)
		})
	}
}

// What editors of all systems write is read.
func TestFilesThatAreFine(t *testing.T) {
	for _, text := range []string{
		"", "\n", "# only a comment\n", "---\nlog: warn\n", "log: warn\n---\n", "log: warn\n...\n", "\xef\xbb\xbflog: warn\n",
		"memory:\r\n  idle: 1m\r\nlog: warn\r\n", "gemini:\n\ndiscord:\n  # nothing\nlog: 'warn'", "{log: warn}", "log: >\n  warn\n", `"log": warn`,
	} {
		c := load(t, text)
		if want := strings.Contains(text, "warn"); (c.Log == "warn") != want {
			t.Errorf("%q: %s", text, c.Log)
		}
	}
}

func TestFileTooLarge(t *testing.T) {
	path := write(t, strings.Repeat("#", maxFile+1))
	_, err := Load(path, nil)
	if want := "config bot.yaml: it is larger than 1 MiB: name a configuration, such as troupe config init makes"; err == nil || err.Error() != want {
		t.Error(err)
	}
}

// What is changed in code is checked all the same.
func TestValidate(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c.Log, c.Answer.Queue = "loud", 0
	want := `config: answer.queue is "0": want a whole number from 1 to 10000
config: log is "loud": want debug, info, warn or error`
	if err := c.Validate(); err == nil || err.Error() != want {
		t.Error(err)
	}
}

func TestWarnings(t *testing.T) {
	const look = "http is reached from other machines: whoever can reach %s sees the dashboard. Put a proxy that asks who it is before it, or use 127.0.0.1"
	for environ, want := range map[string][]string{
		"":                              nil,
		"TROUPE_HTTP=off":               nil,
		"TROUPE_HTTP=localhost:80":      nil,
		"TROUPE_HTTP=[::1]:80":          nil,
		"TROUPE_HTTP=127.9.9.9:0":       nil,
		"TROUPE_HTTP=:80":               {"environment TROUPE_HTTP: " + strings.ReplaceAll(look, "%s", ":80")},
		"TROUPE_HTTP=0.0.0.0:80":        {"environment TROUPE_HTTP: " + strings.ReplaceAll(look, "%s", "0.0.0.0:80")},
		"TROUPE_HTTP=[::]:80":           {"environment TROUPE_HTTP: " + strings.ReplaceAll(look, "%s", "[::]:80")},
		"DISCORD_API_URL=http://a.de":   {"environment DISCORD_API_URL: discord.api_url is not encrypted: the token travels in the open. Use https"},
		"GEMINI_API_URL=http://a.de:8/": {"environment GEMINI_API_URL: gemini.api_url is not encrypted: the key travels in the open. Use https"},
		"GEMINI_API_URL=http://[::1]:8": nil,
		"TROUPE_STORE=memory:":          {"environment TROUPE_STORE: store forgets all when the bot stops: questions that are unanswered then stay so"},
	} {
		if diff := cmp.Diff(want, load(t, "", environ).Warnings()); diff != "" {
			t.Errorf("%s:\n%s", environ, diff)
		}
	}
}

// A model cannot stand in for itself.
func TestSpareModel(t *testing.T) {
	const same = "gemini.spare_model is gemini.model itself, which it cannot stand in for: choose another, or none"
	if got := load(t, "gemini: {spare_model: gemini-3.5-flash-lite}").Warnings(); len(got) != 1 || !strings.HasSuffix(got[0], same) {
		t.Error(got)
	}
	if got := load(t, "gemini: {spare_model: gemini-3.6-flash}").Warnings(); got != nil {
		t.Error(got)
	}
}

// Without a token or a key all can be read; who needs them is told where they
// are made.
func TestRequire(t *testing.T) {
	c := load(t, "")
	for _, err := range []error{c.RequireDiscord(), c.RequireGemini()} {
		if err == nil || !strings.Contains(err.Error(), "https://") || !strings.Contains(err.Error(), "in the environment") {
			t.Error(err)
		}
	}
	c = load(t, "", "DISCORD_TOKEN= a \n", "GEMINI_API_KEY=b")
	if c.RequireDiscord() != nil || c.RequireGemini() != nil || c.Discord.Token.Reveal() != "a" || c.Gemini.Key.Reveal() != "b" {
		t.Error("they are set")
	}
}

// The environment that the tests of this package run in is left alone.
func TestEnvironmentIsGiven(t *testing.T) {
	t.Setenv("TROUPE_LOG", "loud")
	if c := load(t, ""); c.Log != "info" || os.Getenv("TROUPE_LOG") != "loud" {
		t.Error("Load reads what it is not given")
	}
}
