package discordsim_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
)

// What a client does wrong is told by the close code.
func TestCloseCodes(t *testing.T) {
	d := func(w *town, change func(d object)) object {
		m := identify(w, 0)
		change(m["d"].(object))
		return m
	}
	tests := []struct {
		name string
		send func(w *town) []any
		code int
	}{
		{"unknown opcode", func(*town) []any { return []any{object{"op": 77}} }, 4001},
		{"too long", func(*town) []any { return []any{object{"op": 1, "d": strings.Repeat("x", 5000)}} }, 4002},
		{"no intents", func(w *town) []any { return []any{d(w, func(d object) { delete(d, "intents") })} }, 4002},
		{"no properties", func(w *town) []any { return []any{d(w, func(d object) { delete(d, "properties") })} }, 4002},
		{"before identifying", func(*town) []any { return []any{object{"op": 3, "d": nil}} }, 4003},
		{"wrong token", func(w *town) []any { return []any{d(w, func(d object) { d["token"] = "x" })} }, 4004},
		{"identified twice", func(w *town) []any { return []any{identify(w, 0), identify(w, 0)} }, 4005},
		{"shard out of range", func(w *town) []any { return []any{d(w, func(d object) { d["shard"] = []int{2, 2} })} }, 4010},
		{"no such intent", func(w *town) []any { return []any{identify(w, 1<<30)} }, 4013},
		{"content not granted", func(w *town) []any { return []any{identify(w, intentContent)} }, 4014},
		{"members not granted", func(w *town) []any { return []any{identify(w, intentMembers)} }, 4014},
		{"resumed with a wrong token", func(*town) []any {
			return []any{object{"op": 6, "d": object{"token": "x", "session_id": "x", "seq": 1}}}
		}, 4004},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
				g := w.connect(w.serve())
				for _, m := range tt.send(w) {
					g.send(m)
				}
				if got := g.ended(); got != tt.code {
					t.Errorf("closed with %d, want %d", got, tt.code)
				}
			})
		})
	}
}

// A shard with too many guilds is refused, an unknown version of the API too.
func TestCloseCodesOfConfig(t *testing.T) {
	inTown(t, discordsim.Config{ShardGuilds: 1}, func(t *testing.T, w *town) {
		w.AddGuild("Second", w.ann)
		network := w.serve()
		g := w.connect(network)
		g.send(identify(w, 0))
		if got := g.ended(); got != 4011 {
			t.Errorf("closed with %d, want 4011", got)
		}
		if got := w.dial(network, "ws://discord.test/?v=7&encoding=json").ended(); got != 4012 {
			t.Errorf("closed with %d, want 4012", got)
		}
	})
}

// A client that sends more than 120 frames in a minute is cut off.
func TestSendLimit(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		g := w.connect(w.serve())
		for range 119 {
			g.send(object{"op": 1, "d": nil})
		}
		time.Sleep(time.Minute)
		for range 121 {
			g.send(object{"op": 1, "d": nil})
		}
		if got := g.ended(); got != 4008 {
			t.Errorf("closed with %d, want 4008", got)
		}
	})
}

// Heartbeats are acknowledged; a connection without them is closed, and its
// session is gone.
func TestHeartbeat(t *testing.T) {
	inTown(t, discordsim.Config{Heartbeat: 10 * time.Second}, func(t *testing.T, w *town) {
		network := w.serve()
		g := w.connect(network)
		id := g.identify(w, 0)
		for range 5 {
			time.Sleep(10 * time.Second)
			g.send(object{"op": 1, "d": 1})
			if f := g.next(); f.Op != 11 {
				t.Fatalf("got %+v", f)
			}
		}
		began := time.Now()
		if got := g.ended(); got != 4009 || time.Since(began) != 20*time.Second {
			t.Errorf("closed with %d after %v", got, time.Since(began))
		}
		g = w.connect(network)
		g.send(resume(w, id, 1))
		if f := g.next(); f.Op != 9 || string(f.D) != "false" {
			t.Errorf("resumed: %+v", f)
		}
	})
}

// Sessions may begin only so often for each key, and so many a day.
func TestIdentifyLimit(t *testing.T) {
	inTown(t, discordsim.Config{Concurrency: 2, Starts: 4}, func(t *testing.T, w *town) {
		network := w.serve()
		begin := func(shard int) (op int, g *gate) {
			g = w.connect(network)
			m := identify(w, 0)
			m["d"].(object)["shard"] = []int{shard, 4}
			g.send(m)
			f, ok := <-g.frames
			if !ok {
				return -g.code, g
			}
			return f.Op, g
		}
		want := func(shard, op int) *gate {
			t.Helper()
			got, g := begin(shard)
			if got != op {
				t.Fatalf("shard %d: got %d, want %d", shard, got, op)
			}
			return g
		}
		want(0, 0)
		want(1, 0)
		g := want(2, 9) // the same key as shard 0
		time.Sleep(5 * time.Second)
		want(3, 0)
		g.send(identify(w, 0)) // on the connection that was refused
		if f := g.next(); f.T != "READY" {
			t.Errorf("got %+v", f)
		}
		var bot struct {
			Limit struct {
				Total, Remaining int
				ResetAfter       int64 `json:"reset_after"`
				Concurrency      int   `json:"max_concurrency"`
			} `json:"session_start_limit"`
		}
		w.rest("GET", "/gateway/bot", nil).want(t, 200).into(t, &bot)
		if bot.Limit.Remaining != 0 || bot.Limit.Total != 4 || bot.Limit.Concurrency != 2 ||
			bot.Limit.ResetAfter != (24*time.Hour-5*time.Second).Milliseconds() {
			t.Errorf("%+v", bot)
		}
		time.Sleep(5 * time.Second)
		want(0, -4004)
		time.Sleep(24 * time.Hour)
		want(0, 0)
	})
}

// READY names the guilds of the shard alone, and each follows in full.
func TestShards(t *testing.T) {
	inTown(t, discordsim.Config{Concurrency: 4}, func(t *testing.T, w *town) {
		time.Sleep(20 * 365 * 24 * time.Hour) // IDs tell the time from 2015 on
		network := w.serve()
		for i := range 8 {
			time.Sleep(time.Millisecond)
			w.AddChannel(w.AddGuild("Guild "+string(rune('A'+i)), w.ann), "general")
		}
		seen := map[messages.GuildID]int{}
		for shard := range 3 {
			g := w.connect(network)
			m := identify(w, intentGuilds)
			m["d"].(object)["shard"] = []int{shard, 3}
			g.send(m)
			var ready struct {
				Shard  []int
				Guilds []struct {
					ID          messages.GuildID `json:"id,string"`
					Unavailable bool
				}
			}
			if err := json.Unmarshal(g.next().D, &ready); err != nil {
				t.Fatal(err)
			}
			for range ready.Guilds {
				var guild struct {
					ID messages.GuildID `json:"id,string"`
				}
				f := g.next()
				if err := json.Unmarshal(f.D, &guild); err != nil || f.T != "GUILD_CREATE" {
					t.Fatalf("%s: %v", f.T, err)
				}
				if int(uint64(guild.ID)>>22%3) != shard {
					t.Errorf("guild %d on shard %d", guild.ID, shard)
				}
				seen[guild.ID]++
			}
			if d := cmp.Diff([]int{shard, 3}, ready.Shard); d != "" {
				t.Error(d)
			}
		}
		if len(seen) != 9 {
			t.Errorf("%d guilds seen, want 9", len(seen))
		}
	})
}

// The gateway's faults reach the client: no HELLO, no acknowledgement, refusal,
// a connection that is cut when an event is told, and late events.
func TestGatewayFaults(t *testing.T) {
	plan := fault.NewPlan()
	inTown(t, discordsim.Config{Plan: plan, Heartbeat: time.Minute}, func(t *testing.T, w *town) {
		network := w.serve()
		plan.Set(discordsim.ClassGateway, fault.Fault{Hang: true, Times: 1})
		g := w.dial(network, mainGateway)
		time.Sleep(time.Hour)
		if got := g.pending(); len(got) != 0 {
			t.Errorf("greeted: %v", got)
		}
		plan.Set(discordsim.ClassGateway, fault.Fault{Status: 503, Times: 1})
		_, resp, err := (&websocket.Dialer{NetDialContext: network.DialContext}).Dial(mainGateway, nil)
		if err == nil || resp.StatusCode != 503 {
			t.Errorf("dialled: %v, %v", resp, err)
		}
		_ = resp.Body.Close()

		g = w.connect(network)
		id := g.identify(w, intentMessages)
		w.HoldAcks(true)
		g.send(object{"op": 1, "d": nil})
		if got := g.pending(); len(got) != 0 {
			t.Errorf("acknowledged: %v", got)
		}
		w.HoldAcks(false)

		plan.Set(discordsim.ClassEvent, fault.Fault{Latency: time.Second, Times: 1})
		began := time.Now()
		w.say(w.ann, "late")
		if f := g.next(); f.T != "MESSAGE_CREATE" || time.Since(began) != time.Second {
			t.Errorf("%s after %v", f.T, time.Since(began))
		}
		plan.Set(discordsim.ClassEvent, fault.Fault{Drop: true, Times: 1})
		w.say(w.ann, "cut")
		if got := g.ended(); got != 0 {
			t.Errorf("closed with %d, want a cut", got)
		}
		g = w.connect(network)
		g.send(resume(w, id, 2))
		if f := g.next(); f.T != "MESSAGE_CREATE" || f.S != 3 {
			t.Errorf("replayed %+v", f)
		}
	})
}

// Closing the server ends what is connected and what a fault holds back.
func TestClose(t *testing.T) {
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassTyping, fault.Fault{Hang: true})
	inTown(t, discordsim.Config{Plan: plan}, func(t *testing.T, w *town) {
		network := w.serve()
		g, greeted := w.connect(network), w.connect(network)
		g.identify(w, 0)
		client := http.Client{Transport: &http.Transport{DialContext: network.DialContext}}
		failed := make(chan error)
		go func() {
			req := &http.Request{Method: "POST", URL: &url.URL{Scheme: "http", Host: "discord.test", Path: "/api/v10" + w.channelPath("/typing")}}
			_, err := client.Do(req) //nolint:bodyclose // there is none
			failed <- err
		}()
		synctest.Wait()
		w.Close()
		w.Close()
		if code := g.ended() + greeted.ended(); code != 0 {
			t.Errorf("closed with %d", code)
		}
		if err := <-failed; err == nil || errors.Is(err, net.ErrClosed) {
			t.Errorf("the request ended in %v", err)
		}
	})
}
