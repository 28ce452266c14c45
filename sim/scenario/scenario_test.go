package scenario_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"troupe/sim/scenario"
)

var rewrite = flag.Bool("rewrite", false, "accept what the scripts show")

// play plays a script with a bot and returns it as it is written then.
func play(t *testing.T, text string, bot func(context.Context, scenario.Address) error) string {
	t.Helper()
	script, err := scenario.Parse("test.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	synctest.Test(t, func(t *testing.T) {
		played, err := scenario.Run(t.Context(), script, scenario.Bot{
			Run: bot, Kill: func() error { return nil }, Settle: synctest.Wait,
		})
		if err != nil {
			t.Fatal(err)
		}
		got = played.Format()
	})
	return got
}

// What an echo does is what the scripts in testdata say: the language is shown
// there verb by verb.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want), echo)
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A script that wants something impossible is told where, what, and what there
// is instead.
func TestMistakes(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"nobody", "guild G: ann\nchannel #a\nbob in #a: hi", "test.txt:3: there is nobody called \"bob\": there are Troupe, ann"},
		{"nowhere", "guild G: ann\nchannel #a\nann in #b: hi", "test.txt:3: there is no channel #b: there are #a"},
		{"no message", "guild G: ann\nchannel #a\nann in #a deletes 1", "test.txt:3: there is no message 1 in #a: 0 were seen"},
		{"no guild", "channel #a", "test.txt:1: there is no guild \"\": there are none"},
		{"in a block", "guild G: ann\nchannel #a\ntogether\nann in #a: hi\nann in #b: hi\nend", "test.txt:5: there is no channel #b: there are #a"},
		{"not running", "stop bot", "test.txt:1: the bot does not run"},
		{"as the bot", "guild G: ann\nchannel #a\nTroupe in #a: hi", "test.txt:3: what the bot does is up to the bot"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			script, err := scenario.Parse("test.txt", tt.script)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				_, err = scenario.Run(t.Context(), script, scenario.Bot{Settle: synctest.Wait})
			})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A bot that ends by itself is seen to, with its reason.
func TestBotEnds(t *testing.T) {
	got := play(t, "start bot\n", func(context.Context, scenario.Address) error { return fmt.Errorf("no coffee") })
	if want := "start bot\n  +0.000 the bot ends: no coffee\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The settings of a script reach the bot as its configuration file has them.
func TestConfig(t *testing.T) {
	var got string
	play(t, "guild G: ann\nchannel #a\nconfig log: debug\nconfig limits.daily_spend: 2\nconfig answer.queue: 3\n"+
		"config limits.user_requests_per_minute: 4\nconfig answer.always: [\"#a\"]\nstart bot\n",
		func(_ context.Context, a scenario.Address) error { got = a.Config; return nil })
	lines := strings.Split(got, "\n")
	if len(lines) != 8 || strings.Contains(got, "#a") {
		t.Fatalf("got %q", got)
	}
	lines[6] = strings.TrimRight(lines[6], `0123456789"]`) + `"`
	want := []string{"log: debug", "limits:", "  daily_spend: 2", "  user_requests_per_minute: 4", "answer:", "  queue: 3", `  always: ["`, ""}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// echo is a bot that answers whoever mentions it with what they said.
func echo(ctx context.Context, a scenario.Address) error {
	transport := &http.Transport{DialContext: a.Dial}
	defer transport.CloseIdleConnections()
	b := &echoing{api: a.Discord, token: a.Token, client: &http.Client{Transport: transport}}
	dialer := websocket.Dialer{NetDialContext: a.Dial}
	socket, _, err := dialer.DialContext(ctx, "ws"+strings.TrimSuffix(strings.TrimPrefix(a.Discord, "http"), "/api/v10")+"/?v=10&encoding=json", nil) //nolint:bodyclose // it has none
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = socket.Close() })()
	const intents = 1<<0 | 1<<9 | 1<<12 | 1<<15 // guilds, messages, direct messages, content
	hello := fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":%d,"properties":{"os":"","browser":"","device":""}}}`, a.Token, intents)
	if err := socket.WriteMessage(websocket.TextMessage, []byte(hello)); err != nil {
		return err
	}
	for {
		_, frame, err := socket.ReadMessage()
		if err != nil {
			_ = socket.Close()
			return nil
		}
		b.hear(ctx, frame)
	}
}

type echoing struct {
	api, token string
	client     *http.Client
}

func (b *echoing) hear(ctx context.Context, frame []byte) {
	var event struct {
		T string
		D struct {
			ID        string
			ChannelID string `json:"channel_id"`
			Content   string
			Author    struct{ Bot bool }
			Mentions  []struct{}
		}
	}
	if json.Unmarshal(frame, &event) != nil || event.T != "MESSAGE_CREATE" || event.D.Author.Bot || len(event.D.Mentions) == 0 {
		return
	}
	channel := "/channels/" + event.D.ChannelID
	b.call(ctx, http.MethodPost, channel+"/typing", nil)
	body := map[string]any{"content": event.D.Content, "message_reference": map[string]any{"message_id": event.D.ID}}
	b.call(ctx, http.MethodPost, channel+"/messages", body)
}

func (b *echoing) call(ctx context.Context, method, path string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r, err := http.NewRequestWithContext(ctx, method, b.api+path, bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bot "+b.token)
	r.Header.Set("Content-Type", "application/json")
	if answer, err := b.client.Do(r); err == nil {
		_ = answer.Body.Close()
	}
}
