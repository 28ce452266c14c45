package scenario_test

import (
	"strings"
	"testing"

	"troupe/sim/scenario"
)

// The error of a line says where it is, what is wrong with it and how it is
// written.
func TestParseErrors(t *testing.T) {
	tests := []struct {
		name, script string
		want         []string
	}{
		{"unknown", "# hm\nann dances", []string{"test.txt:2: ", "not known", "gateway drops", "ann in #CHANNEL: TEXT", "together"}},
		{"place", "ann in general: hi", []string{`test.txt:1: "general" is no place`, "#general"}},
		{"no text", "ann in #a:", []string{"test.txt:1: here has to be a text", "ann in #CHANNEL: TEXT"}},
		{"no colon", "ann in #a hello", []string{`"hello" is where a colon`}},
		{"number", "ann in #a deletes it", []string{`"it" is where the number of a message has to be`}},
		{"more", "start bot now", []string{`more than there may be: "now"`, "start bot"}},
		{"range", "p1..p in #a: hi", []string{"p1..p20"}},
		{"long range", "p1..p99999 in #a: hi", []string{"p1..p20"}},
		{"setting", `gemini answers "x" speed=3`, []string{`"speed=3" is no setting: there are`, "first=", "gemini answers TEXT"}},
		{"time", "wait soon", []string{`"soon" is no length of time`, "wait 10s"}},
		{"time of an answer", `gemini answers "x" first=-1s`, []string{"first: ", "no length of time"}},
		{"count", "gemini hangs times=0", []string{"times: ", "no whole number"}},
		{"quotes", `gemini answers "x`, []string{"a text in quotes"}},
		{"too much", `gemini answers "x" x 1000000000`, []string{"longer than"}},
		{"fault", "fault discord.message.creat:status=500", []string{`"discord.message.creat" is no class`, "discord.message.create"}},
		{"fault setting", "fault discord.typing:speed=3", []string{"unknown setting"}},
		{"close code", "gateway closes 5", []string{"no close code 5"}},
		{"permission", "ann may fly in #a", []string{`"fly" is no permission`, "send messages"}},
		{"reserved", "guild G: ann, gemini", []string{"nobody can be called gemini"}},
		{"command", "ann in #a uses chat", []string{"such as /chat"}},
		{"nested", "together\ntogether", []string{"test.txt:2: ", "end"}},
		{"no end", "# x\ntogether\nann in #a: hi\n", []string{"test.txt:2: ", "no end"}},
		{"no block", "end", []string{"together begins one"}},
		{"in a block", "together\nwait 3s\nend", []string{"test.txt:2: ", "what people do"}},
		{"stray", "# x\n  seen", []string{"test.txt:2: ", "right below an action"}},
		{"key", "config a.b.c: d", []string{`"a.b.c" has more than two parts`}},
		{"value", "config a.b:", []string{"a.b has no value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scenario.Parse("test.txt", tt.script)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in\n%v", want, err)
				}
			}
		})
	}
}

// Whatever is parsed can be written down and parsed again, to the same end; and
// nothing makes the parser panic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"guild G: ann, p1..p3\nchannel #a in G\nstart bot\n  +0.000 seen\n",
		"together\nann, bob in #a replying to 3: hi\nend\n",
		`gemini answers "x {n}" x 3 + "y" to "why" first=1s last=2s chunks=3 finish=SAFETY cut=1 times=2`,
		"gemini fails 429 per day retry=10s times=3", "gemini blocks SAFETY", "gemini allows rpm=1",
		"fault discord.*:status=500,times=1", "gateway sends {}", "gateway closes 4014", "wait until quiet",
		`ann in #a with f.txt "x": y`, "ann in dm uses /persona set name=x where=y z", "ann may not view, send messages in #a",
		"config answer.always: [\"#a\"]", "show history #a as ann", "show answers #a", "times hidden", "transcript off", "remove #a", "robot R",
		"ann in #a starts thread #t from 3", "ann in #a edits 2: x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := scenario.Parse("test.txt", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "test.txt:") {
				t.Errorf("where? %v", err)
			}
			return
		}
		once := script.Format()
		again, err := scenario.Parse("test.txt", once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice := again.Format(); twice != once {
			t.Errorf("%q became %q", once, twice)
		}
	})
}
