package discordsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// unlimited is a Discord without limits that keeps little.
func unlimited() discordsim.Config {
	return discordsim.Config{Limits: discordsim.Limits{Off: true}, History: 100, Records: 100}
}

// A city is many guilds with many channels.
func city(s *discordsim.Server, guilds, channels int) (person messages.UserID, places []messages.ChannelID) {
	person = s.AddUser("Ann")
	for range guilds {
		g := s.AddGuild("Guild", person)
		for range channels {
			places = append(places, s.AddChannel(g, "general"))
		}
	}
	return person, places
}

// What a request costs beside the socket.
func BenchmarkPost(b *testing.B) {
	s := discordsim.New(unlimited())
	defer s.Close()
	_, places := city(s, 1, 1)
	path := "/api/v10/channels/" + places[0].String() + "/messages"
	for b.Loop() {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, path, strings.NewReader(`{"content":"hello there"}`))
		req.Header.Set("Authorization", "Bot "+s.Token())
		rec := httptest.NewRecorder()
		if s.ServeHTTP(rec, req); rec.Code != http.StatusOK {
			b.Fatal(rec.Body)
		}
	}
}

// What it costs to speak in one of 100 000 channels.
func BenchmarkSay(b *testing.B) {
	for _, guilds := range []int{1, 1000} {
		b.Run(fmt.Sprint(100*guilds, " channels"), func(b *testing.B) {
			s := discordsim.New(unlimited())
			defer s.Close()
			person, places := city(s, guilds, 100)
			i := 0
			for b.Loop() {
				i++
				if _, err := s.Say(discordsim.Say{Person: person, Channel: places[i%len(places)], Text: "hello @Troupe there"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A round trip over a real socket: what a bot that does nothing would measure.
func BenchmarkRoundTrip(b *testing.B) {
	s := discordsim.New(unlimited())
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	_, places := city(s, 1, 1)
	url := server.URL + "/api/v10/channels/" + places[0].String() + "/messages"
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader(`{"content":"hello there"}`))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bot "+s.Token())
		resp, err := server.Client().Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // else the connection is not used again
		_ = resp.Body.Close()
	}
}

// What it takes to say something and hear it through the gateway, in a city of
// 100 000 channels.
func BenchmarkGateway(b *testing.B) {
	cfg := unlimited()
	cfg.MessageContentIntent = true
	s := discordsim.New(cfg)
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	person, places := city(s, 1000, 100)
	ws, resp, err := websocket.DefaultDialer.DialContext(b.Context(), "ws"+strings.TrimPrefix(server.URL, "http")+"/?v=10", nil)
	if err != nil {
		b.Fatal(err)
	}
	_ = resp.Body.Close()
	err = ws.WriteJSON(object{"op": 2, "d": object{
		"token": s.Token(), "intents": intentMessages | intentContent, "properties": object{"os": "linux"},
	}})
	if err != nil {
		b.Fatal(err)
	}
	hear := func() {
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
	}
	hear() // HELLO
	hear() // READY
	i := 0
	for b.Loop() {
		i++
		if _, err := s.Say(discordsim.Say{Person: person, Channel: places[i%len(places)], Text: "hello @Troupe there"}); err != nil {
			b.Fatal(err)
		}
		hear()
	}
}
