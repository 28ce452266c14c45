package geminisim

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
)

//go:embed snippets.txt
var snippets string

var (
	coding   = regexp.MustCompile(`\b(?:code|coding|function|program|script|snippet|algorithm|hello[- ]world|fizz ?buzz|fibonacci|factorial|http server|codebeispiel|código)\b`)
	inTongue = regexp.MustCompile(`\b(?:in|using|auf|en) ([a-z+#]{1,20})`)
	making   = regexp.MustCompile(`\b(?:write|show|give|implement|create|make|need|want|example|schreib\w*|escribe|écris)\b`)
)

// code writes code that is in stock.
func code(s *scene) (speech, bool) {
	tongue := tongueIn(s.lower)
	named, asked := coding.MatchString(s.lower), making.MatchString(s.lower)
	short := len(strings.Fields(s.lower)) <= 4
	task := taskIn(s.lower)
	wanted := named && (asked || short || tongue != "") ||
		asked && strings.Contains(s.lower, " in ") && (tongue != "" || task != "")
	if !wanted { // it only speaks of code, or of a language
		return speech{}, false
	}
	lead := ""
	if tongue == "" {
		tongue = "go"
		if m := inTongue.FindStringSubmatch(s.lower); m != nil && len(m[1]) > 1 && asked {
			lead = fmt.Sprintf("I have nothing in stock in “%s”. In Go:", m[1])
		}
	}
	text := snippet(tongue, task)
	if text == "" {
		text = snippet(tongue, "")
		if task != "" {
			lead = "That is not in stock in this language; here is how it begins:"
		}
	}
	if lead == "" {
		lead = "From the stock:"
	}
	return speech{
		lead: lead,
		body: "```" + tongue + "\n" + text + "\n```",
		tail: "A stand-in has a small stock: hello, fibonacci, fizzbuzz, reverse, factorial, prime, sort, server.",
	}, true
}

// tongueIn finds the programming language that a question names.
func tongueIn(lower string) string {
	names := []struct{ word, tongue string }{
		{"typescript", "typescript"},
		{"ts", "typescript"},
		{"javascript", "javascript"},
		{"js", "javascript"},
		{"node", "javascript"},
		{"golang", "go"},
		{"python", "python"},
		{"python3", "python"},
		{"py", "python"},
		{"rust", "rust"},
		{"c++", "cpp"},
		{"cpp", "cpp"},
		{"java", "java"},
		{"bash", "bash"},
		{"shell", "bash"},
		{"sql", "sql"},
		{"html", "html"},
		{"css", "css"},
		{"json", "json"},
		{"yaml", "yaml"},
		{"go", "go"},
		{"c", "c"},
	}
	words := strings.FieldsFunc(lower, func(r rune) bool { return strings.ContainsRune(" \t\n,.;:!?()\"'`", r) })
	for _, n := range names {
		for i, w := range words {
			if w == n.word && (len(w) > 2 || i > 0 && words[i-1] != "to" && words[i-1] != "i") { // "to go" is no language
				return n.tongue
			}
		}
	}
	return ""
}

// taskIn finds what the code is to do.
func taskIn(lower string) string {
	for _, t := range []struct{ word, task string }{
		{"fibonacci", "fibonacci"},
		{"fizz", "fizzbuzz"},
		{"revers", "reverse"},
		{"factorial", "factorial"},
		{"prime", "prime"},
		{"sort", "sort"},
		{"server", "server"},
		{"hello", "hello"},
	} {
		if strings.Contains(lower, t.word) {
			return t.task
		}
	}
	return ""
}

// snippet returns the code for a task, or the language's first for "". It returns
// "" where there is none.
func snippet(tongue, task string) string {
	head := "\n== " + tongue + " " + task
	if task != "" {
		head += "\n"
	}
	_, rest, found := strings.Cut(snippets, head)
	if !found {
		return ""
	}
	if task == "" {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	text, _, _ := strings.Cut(rest, "\n\n== ")
	return strings.TrimRight(text, "\n")
}
