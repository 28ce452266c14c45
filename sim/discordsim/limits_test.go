package discordsim_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
)

// limits returns the headers of an answer that tell of limits.
func (r reply) limits() map[string]string {
	out := map[string]string{}
	for _, name := range []string{
		"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After",
		"X-RateLimit-Global", "X-RateLimit-Scope", "Retry-After",
	} {
		if v := r.header.Get(name); v != "" {
			out[name] = v
		}
	}
	return out
}

// A bucket counts down, refuses, and starts anew, exactly as its headers say.
func TestBucket(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		post := func() reply { return w.rest("POST", w.channelPath("/messages"), object{"content": "x"}) }
		first := post().want(t, 200)
		time.Sleep(1500 * time.Millisecond)
		for range 3 {
			post().want(t, 200)
		}
		last := post().want(t, 200)
		if d := cmp.Diff(map[string]string{
			"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0",
			"X-RateLimit-Reset": "946684805.000", "X-RateLimit-Reset-After": "3.500",
		}, last.limits()); d != "" {
			t.Errorf("the last one (-want +got):\n%s", d)
		}
		time.Sleep(100*time.Millisecond + time.Microsecond)
		refused := post().want(t, 429)
		if d := cmp.Diff(map[string]string{
			"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "946684805.000",
			"X-RateLimit-Reset-After": "3.400", "X-RateLimit-Scope": "user", "Retry-After": "4",
		}, refused.limits()); d != "" {
			t.Errorf("one too many (-want +got):\n%s", d)
		}
		if want := `{"message":"You are being rate limited.","retry_after":3.4,"global":false}`; refused.body != want {
			t.Errorf("answered %s, want %s", refused.body, want)
		}
		if got := first.header.Get("X-RateLimit-Bucket"); len(got) != 32 || got != refused.header.Get("X-RateLimit-Bucket") {
			t.Errorf("bucket is %q", got)
		}
		time.Sleep(3400 * time.Millisecond)
		if got := post().want(t, 200).limits()["X-RateLimit-Remaining"]; got != "4" {
			t.Errorf("%s remain", got)
		}
		if got := w.Tally(); got != (discordsim.Tally{Requests: 7, Limited: 1, Invalid: 1}) {
			t.Errorf("%+v", got)
		}
		if got := w.TallyOf(discordsim.ClassTyping); got != (discordsim.Tally{}) {
			t.Errorf("%+v", got)
		}
	})
}

// Channels, methods and routes have buckets of their own; the same route says
// the same of all channels.
func TestBucketsApart(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		other := "/channels/" + w.AddChannel(w.guild, "other").String()
		id := w.post(object{"content": "x"}).String()
		for range 4 {
			w.post(object{"content": "x"})
		}
		w.rest("POST", w.channelPath("/messages"), object{"content": "x"}).want(t, 429)
		here := w.rest("PATCH", w.channelPath("/messages/"+id), object{"content": "y"}).want(t, 200)
		there := w.rest("POST", other+"/messages", object{"content": "x"}).want(t, 200)
		again := w.rest("POST", w.channelPath("/messages"), object{"content": "x"}).want(t, 429)
		if here.limits()["X-RateLimit-Remaining"] != "4" || there.limits()["X-RateLimit-Remaining"] != "4" {
			t.Error("they count together")
		}
		bucket := "X-RateLimit-Bucket"
		if there.header.Get(bucket) != again.header.Get(bucket) || there.header.Get(bucket) == here.header.Get(bucket) {
			t.Error("the buckets' names are wrong")
		}
	})
}

// All routes together have a limit, but for those of interactions.
func TestGlobalLimit(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Other: discordsim.Limit{Requests: -1}}}, func(t *testing.T, w *town) {
		w.command("ping")
		use := w.ping()
		for range 49 {
			if r := w.rest("GET", "/users/@me", nil).want(t, 200); len(r.limits()) != 0 {
				t.Fatalf("a route without limit tells of one: %v", r.limits())
			}
		}
		time.Sleep(250 * time.Millisecond)
		r := w.rest("GET", "/guilds/"+w.guild.String(), nil).want(t, 429)
		if d := cmp.Diff(map[string]string{
			"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global", "Retry-After": "1",
		}, r.limits()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if want := `{"message":"You are being rate limited.","retry_after":0.75,"global":true}`; r.body != want {
			t.Errorf("answered %s, want %s", r.body, want)
		}
		w.respond(use, object{"type": 5}).want(t, 204)
		time.Sleep(750 * time.Millisecond)
		w.rest("GET", "/users/@me", nil).want(t, 200)
	})
}

// Limits can be off, be others, and be kept without telling.
func TestLimitSettings(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Off: true}}, func(t *testing.T, w *town) {
		for range 200 {
			if r := w.rest("POST", w.channelPath("/messages"), object{"content": "x"}).want(t, 200); len(r.limits()) != 0 {
				t.Fatalf("told of limits: %v", r.limits())
			}
		}
	})
	inTown(t, discordsim.Config{HideHeaders: true, Limits: discordsim.Limits{Post: discordsim.Limit{Requests: 1, Per: time.Minute}}}, func(t *testing.T, w *town) {
		if r := w.rest("POST", w.channelPath("/messages"), object{"content": "x"}).want(t, 200); len(r.limits()) != 0 {
			t.Errorf("told of limits: %v", r.limits())
		}
		r := w.rest("POST", w.channelPath("/messages"), object{"content": "x"}).want(t, 429)
		if r.limits()["X-RateLimit-Reset-After"] != "60.000" {
			t.Errorf("%v", r.limits())
		}
	})
}

// Old buckets are forgotten: a bot that has written in many channels keeps no
// memory of them.
func TestManyBuckets(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Global: discordsim.Limit{Requests: -1}}}, func(t *testing.T, w *town) {
		for range 5000 {
			c := w.AddChannel(w.guild, "c")
			w.rest("POST", "/channels/"+c.String()+"/typing", nil).want(t, 204)
			time.Sleep(10 * time.Millisecond)
		}
		if got := w.Buckets(); got > 2500 {
			t.Errorf("%d buckets are remembered", got)
		}
	})
}

// Faults answer as Discord or a proxy would, act or not, and are counted apart
// from the limits that were exceeded.
func TestFaults(t *testing.T) {
	plan := fault.NewPlan()
	inTown(t, discordsim.Config{Plan: plan}, func(t *testing.T, w *town) {
		post := func(f fault.Fault) (r reply, took time.Duration) {
			f.Times = 1
			plan.Set(discordsim.ClassMessageCreate, f)
			began := time.Now()
			r = w.rest("POST", w.channelPath("/messages"), object{"content": "x"})
			return r, time.Since(began)
		}
		if r, took := post(fault.Fault{Latency: time.Second}); r.status != 200 || took != time.Second {
			t.Errorf("answered %d after %v", r.status, took)
		}
		r, took := post(fault.Fault{Latency: time.Second, Status: 503})
		if r.want(t, 503, `"message":"503: Service Unavailable"`); took != time.Second {
			t.Errorf("took %v", took)
		}
		r, _ = post(fault.Fault{Status: 502, HTML: true})
		if r.want(t, 502, "<html>"); r.header.Get("Content-Type") != "text/html; charset=UTF-8" {
			t.Error(r.header)
		}
		r, _ = post(fault.Fault{Status: 429, RetryAfter: 2500 * time.Millisecond, Scope: "shared"})
		r.want(t, 429, `"message":"The resource is being rate limited.","retry_after":2.5,"global":false`)
		if d := cmp.Diff(map[string]string{
			"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "946684804.500",
			"X-RateLimit-Reset-After": "2.500", "X-RateLimit-Scope": "shared", "Retry-After": "3",
		}, r.limits()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		r, _ = post(fault.Fault{Status: 429, RetryAfter: time.Second, Scope: "global"})
		r.want(t, 429, `"global":true`)
		r, _ = post(fault.Fault{Status: 500, Act: true})
		r.want(t, 500)
		if got, _ := w.Messages(w.channel, 0, 10, 0); len(got) != 2 {
			t.Errorf("%d messages are there, want the slow one and the one that failed late", len(got))
		}
		if got := w.Tally(); got != (discordsim.Tally{Requests: 6, Injected: 2, Invalid: 1}) {
			t.Errorf("%+v", got)
		}
		got := w.Requests()
		want := discordsim.Request{
			At: got[1].At, Took: time.Second, Class: discordsim.ClassMessageCreate, Method: "POST",
			Path: "/api/v10" + w.channelPath("/messages"), Status: 503, Fault: fault.Fault{Latency: time.Second, Status: 503, Times: 1},
		}
		if d := cmp.Diff(want, got[1]); d != "" || !got[5].Acted {
			t.Errorf("%+v\n%s", got[5], d)
		}
	})
}

// A connection may be cut or left hanging, with or without effect.
func TestCutOff(t *testing.T) {
	plan := fault.NewPlan()
	inTown(t, discordsim.Config{Plan: plan}, func(t *testing.T, w *town) {
		network := w.serve()
		client := http.Client{Transport: &http.Transport{DialContext: network.DialContext}, Timeout: time.Minute}
		post := func(f fault.Fault) time.Duration {
			plan.Set(discordsim.ClassTyping, f)
			began := time.Now()
			req := httptest.NewRequestWithContext(t.Context(), "POST", "http://discord.test/api/v10"+w.channelPath("/typing"), nil)
			req.RequestURI = ""
			req.Header.Set("Authorization", "Bot "+w.Token())
			resp, err := client.Do(req)
			if err == nil {
				t.Errorf("%+v: answered %s", f, resp.Status)
				_ = resp.Body.Close()
			}
			return time.Since(began)
		}
		if took := post(fault.Fault{Drop: true}); took != 0 || len(w.Typing(w.channel)) != 0 {
			t.Errorf("took %v, typing: %v", took, w.Typing(w.channel))
		}
		if took := post(fault.Fault{Hang: true}); took != time.Minute || len(w.Typing(w.channel)) != 0 {
			t.Errorf("took %v, typing: %v", took, w.Typing(w.channel))
		}
		if post(fault.Fault{Drop: true, Act: true}); len(w.Typing(w.channel)) != 1 {
			t.Errorf("typing: %v", w.Typing(w.channel))
		}
		time.Sleep(time.Second)
		for _, r := range w.Requests() {
			if r.Status != 0 || r.Acted != r.Fault.Act {
				t.Errorf("%+v", r)
			}
		}
	})
}
