package config

import (
	"log/slog"
	"math"
	"testing"
)

func TestConcurrency(t *testing.T) {
	tests := []struct {
		text string
		want Concurrency
		from Concurrency // of a pool that starts at 10
		ok   bool
	}{
		{"auto", Concurrency{}, Concurrency{Start: 10}, true},
		{"auto:40", Concurrency{Max: 40}, Concurrency{Start: 10, Max: 40}, true},
		{"auto:3", Concurrency{Max: 3}, Concurrency{Start: 3, Max: 3}, true},
		{"7", Concurrency{Start: 7, Max: 7, Pinned: true}, Concurrency{Start: 7, Max: 7, Pinned: true}, true},
		{"1000", Concurrency{Start: 1000, Max: 1000, Pinned: true}, Concurrency{Start: 1000, Max: 1000, Pinned: true}, true},
		{text: "1001"},
		{"0", Concurrency{Start: unbounded, Max: unbounded, Pinned: true}, Concurrency{Start: unbounded, Max: unbounded, Pinned: true}, true},
		{text: "-1"},
		{text: ""},
		{text: "auto:"},
		{text: "auto:0"},
		{text: "Auto"},
		{text: "auto:1001"},
	}
	for _, tt := range tests {
		var c Concurrency
		err := c.UnmarshalText([]byte(tt.text))
		if c != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %+v, %v", tt.text, c, err)
		}
		if tt.ok && (c.String() != tt.text || c.From(10) != tt.from) {
			t.Errorf("%q: %v, %+v", tt.text, c, c.From(10))
		}
	}
}

func TestSize(t *testing.T) {
	tests := []struct {
		text, want string
		bytes      Size
		ok         bool
	}{
		{"256MiB", "256MiB", 256 << 20, true},
		{"1024 KiB", "1MiB", 1 << 20, true},
		{"3GB", "3GB", 3e9, true},
		{"1500", "1500B", 1500, true},
		{"0", "0B", 0, true},
		{"9223372036854775807", "9223372036854775807B", math.MaxInt64, true},
		{text: "9223372036854775807KB"},
		{text: "-1MiB"},
		{text: "1.5MiB"},
		{text: "MiB"},
		{text: ""},
		{text: "1mib"},
		{text: "1 M"},
	}
	for _, tt := range tests {
		var s Size
		err := s.UnmarshalText([]byte(tt.text))
		if s != tt.bytes || (err == nil) != tt.ok || tt.ok && s.String() != tt.want {
			t.Errorf("%q: %d, %v, %v", tt.text, s, s, err)
		}
	}
}

// What is written is read as the same size.
func FuzzSize(f *testing.F) {
	for _, n := range []int64{0, 1, 1000, 1024, 1 << 40, 3e9, math.MaxInt64} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		if n < 0 {
			return
		}
		var s Size
		if err := s.UnmarshalText([]byte(Size(n).String())); err != nil || int64(s) != n {
			t.Errorf("%d is written %v, read %d, %v", n, Size(n), s, err)
		}
	})
}

func TestLogLevel(t *testing.T) {
	for text, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError} {
		if got := (&Config{Log: text}).LogLevel(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"key", "api_url", "model", "safety", "requests_per_minute", "requests_per_day"}
	for word, want := range map[string]string{
		"modell": "model", "models": "model", "mode": "model", "Model": "model", "safetyy": "safety", "api-url": "api_url", "apiurl": "api_url",
		"request_per_minute": "requests_per_minute", "requests_per_dya": "requests_per_day", "ky": "key", "keys": "key",
		"x": "", "": "", "zebra": "", "temperature": "", "requests": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// A word is as far from another as that is from it, and 0 only from itself.
func FuzzDistance(f *testing.F) {
	f.Add("modell", "model")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 50 || len(b) > 50 {
			return
		}
		d := distance(a, b)
		if d != distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Errorf("%q, %q: %d and %d", a, b, d, distance(b, a))
		}
	})
}
