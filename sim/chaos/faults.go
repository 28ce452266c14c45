package chaos

import (
	"slices"
	"strings"
)

// Faults are what a lab can do to the bot, by the names that --only takes. A
// name's beginning stands for all that begin so.
func Faults() []string {
	return []string{
		"gateway-drop", "gateway-op7", "gateway-op9", "gateway-op9-resumable", "gateway-refused", "gateway-replay", "gateway-close",
		"gateway-zombie", "gateway-down",
		"discord-error", "discord-429", "discord-hang", "discord-cut", "discord-acted",
		"gemini-error", "gemini-429", "gemini-hang", "gemini-cut", "gemini-empty",
		"disk-full", "clock", killed, halted, outage,
	}
}

// calls reports whether a fault befalls calls, and nothing else.
func calls(name string) bool {
	return strings.HasPrefix(name, "discord-") || strings.HasPrefix(name, "gemini-")
}

// only returns the faults that the names stand for, all if there are none.
func only(names []string) (chosen []string) {
	for _, f := range Faults() {
		if len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(f, n) }) {
			chosen = append(chosen, f)
		}
	}
	return chosen
}

// few reports whether so little is chosen that it is given more often.
func few(chosen []string) bool { return len(chosen) < 4 }

// ofLife reports whether a fault is one of the bot's process.
func ofLife(fault string) bool { return fault == killed || fault == halted || fault == outage }
