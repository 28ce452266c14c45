package fault_test

import (
	"strings"
	"testing"
	"time"

	"troupe/sim/fault"

	"github.com/google/go-cmp/cmp"
)

func TestTake(t *testing.T) {
	p := fault.NewPlan()
	p.Set("discord.*", fault.Fault{Latency: time.Millisecond})
	p.Set("discord.message.create", fault.Fault{Latency: 50 * time.Millisecond, Times: 2})
	p.Set("discord.message.*", fault.Fault{Status: 503, Latency: time.Second, Times: 1})
	want := []fault.Fault{
		{Status: 503, Latency: 1050 * time.Millisecond, Times: 1},
		{Latency: 50 * time.Millisecond},
		{Latency: time.Millisecond},
		{Latency: time.Millisecond},
	}
	var got []fault.Fault
	for range want {
		got = append(got, p.Take("discord.message.create"))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if f := p.Take("gemini.stream"); f != (fault.Fault{}) {
		t.Errorf("another class got %v", f)
	}
	p.Clear("discord.*")
	if f := p.Take("discord.typing"); f != (fault.Fault{}) {
		t.Errorf("cleared, and got %v", f)
	}
	if f := (*fault.Plan)(nil).Take("gemini.stream"); f != (fault.Fault{}) {
		t.Errorf("a nil plan gave %v", f)
	}
}

func TestParse(t *testing.T) {
	class, f, err := fault.Parse("discord.message.create:latency=50ms,status=429,retry=2s,scope=user,times=3,act")
	want := fault.Fault{
		Latency: 50 * time.Millisecond, Status: 429, RetryAfter: 2 * time.Second, Scope: "user", Times: 3, Act: true,
	}
	if err != nil || class != "discord.message.create" || f != want {
		t.Errorf("Parse = %q, %+v, %v", class, f, err)
	}
	for in, say := range map[string]string{
		"":                    "want CLASS:SETTING",
		"gemini.stream":       "want CLASS:SETTING",
		"x:status=9":          "from 100 to 599",
		"x:latency=fast":      "such as 50ms",
		"x:hang=yes":          "takes no value",
		"x:sloth":             "unknown setting",
		"x:times=0":           "from 1",
		"x:latency=1s,cut=-1": "cut:",
	} {
		if _, _, err := fault.Parse(in); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("Parse(%q) says %v, want %q in it", in, err, say)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("discord.message.create:latency=50ms,status=429,retry=2s,times=3")
	f.Fuzz(func(t *testing.T, s string) {
		class, got, err := fault.Parse(s)
		if err == nil && (class == "" || got.Latency < 0 || got.Times < 0) {
			t.Errorf("Parse(%q) = %q, %+v", s, class, got)
		}
	})
}

// Who asks for it is told of each failure, and not of latencies.
func TestMet(t *testing.T) {
	p := fault.NewPlan()
	var met []fault.Class
	p.Met(func(c fault.Class, _ fault.Fault) { met = append(met, c) })
	p.Set("a", fault.Fault{Status: 500, Times: 1})
	p.Set("b", fault.Fault{Latency: time.Second})
	for _, c := range []fault.Class{"a", "a", "b"} {
		p.Take(c)
	}
	if len(met) != 1 || met[0] != "a" {
		t.Errorf("met %v", met)
	}
}
