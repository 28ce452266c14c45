package discord

import "testing"

// Where to connect may be told in several ways.
func TestAddress(t *testing.T) {
	for told, want := range map[string]string{
		"wss://gateway.discord.gg":                                "wss://gateway.discord.gg/?v=10&encoding=json",
		"ws://127.0.0.1:9/?v=9&encoding=etf&compress=zlib-stream": "ws://127.0.0.1:9/?v=10&encoding=json",
		"ws://127.0.0.1:9/gateway?key=1":                          "ws://127.0.0.1:9/gateway?v=10&encoding=json&key=1",
		"http://127.0.0.1:9":                                      "ws://127.0.0.1:9/?v=10&encoding=json",
		"https://g.test/x":                                        "wss://g.test/x?v=10&encoding=json",
		"127.0.0.1:9":                                             "",
		"ftp://g.test":                                            "",
		"":                                                        "",
	} {
		if got, err := address(told); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", told, got, err)
		}
	}
}
