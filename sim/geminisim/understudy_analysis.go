package geminisim

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"troupe/messages"
)

// analyses returns what is done for the background analyzers, by how their system text
// begins. Each answers with JSON and nothing else, and is conservative: what it is not
// sure of it leaves out.
func analyses() map[string]analysis {
	return map[string]analysis{
		"You keep notes about a person":               {notes, false},
		"You sum up a conversation":                   {summaryOf, true},
		"You keep what a community wants to remember": {lore, true},
	}
}

// An analysis is what is done with what people said. Where several did, each message
// begins with who.
type analysis struct {
	do    func(task) any
	named bool
}

// analyze answers a prompt of an analyzer. ok is false for any other, unless it asks
// for JSON: then the answer is the emptiest that there is.
func analyze(p *messages.Prompt) (answer string, ok bool) {
	for begin, a := range analyses() {
		if strings.HasPrefix(p.System, begin) {
			return within(encode(a.do(readTask(p, a.named))), p.MaxTokens), true
		}
	}
	switch {
	case p.Schema == "":
		return "", false
	case strings.Contains(strings.Join(strings.Fields(p.Schema), ""), `"type":"array"`) && !strings.Contains(p.Schema, `"properties"`):
		return "[]", true
	default:
		return "{}", true
	}
}

// encode writes JSON as a model would, with signs such as & as they are.
func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("geminisim: a result cannot be encoded: " + err.Error()) // it is text and numbers
	}
	return strings.TrimSpace(b.String())
}

// within drops the last items of a list until it is short enough, in tokens, so that it
// is not cut in the middle. 0 is no bound.
func within(answer string, most int) string {
	var list []json.RawMessage
	for most > 0 && CountTokens(answer) > most && json.Unmarshal([]byte(answer), &list) == nil && len(list) > 0 {
		answer = encode(list[:len(list)-1])
	}
	return answer
}

// A task is what an analyzer's last turn holds.
type task struct {
	known []string // lines of its section "Known:", as "about: fact"
	lines []numbered
}

// A numbered line is one message of a task.
type numbered struct {
	n    int
	who  string
	text string
}

var (
	numberedLine = regexp.MustCompile(`^\[(\d{1,9})\] ([^\n]*)$`)
	knownLine    = regexp.MustCompile(`^\d{1,9}\. (.+)$`)
	anyFence     = regexp.MustCompile("^`{3,}$")
)

// readTask takes a prompt of an analyzer apart: the last turn of a person, as far as it
// is looked at. Of several fences the last one with messages counts.
func readTask(p *messages.Prompt, named bool) task {
	var t task
	text := ""
	for _, turn := range p.Turns {
		if turn.Speaker == messages.SpeakerUser {
			text = turn.Text
		}
	}
	text = strings.ToValidUTF8(text[:min(len(text), maxHistory)], "")
	known, all := false, strings.Split(text, "\n")
	for i := 0; i < len(all); i++ {
		if !anyFence.MatchString(all[i]) {
			if m := knownLine.FindStringSubmatch(all[i]); known && m != nil {
				t.known = append(t.known, m[1])
			}
			known = all[i] == "Known:" || known && all[i] != "Messages:"
			continue
		}
		end := i + 1
		for end < len(all) && all[end] != all[i] {
			end++
		}
		for _, l := range all[i+1 : end] {
			if m := knownLine.FindStringSubmatch(l); known && m != nil {
				t.known = append(t.known, m[1])
			}
		}
		if lines := readNumbered(all[i+1:end], named); len(lines) > 0 {
			t.lines = lines
		}
		i = end
	}
	return t
}

// readNumbered reads "[1] Ann: text", or "[1] text". What follows without a number goes
// on with it, indented or not.
func readNumbered(all []string, named bool) []numbered {
	var lines []numbered
	for _, l := range all {
		m := numberedLine.FindStringSubmatch(l)
		if m == nil {
			if len(lines) > 0 {
				lines[len(lines)-1].text += "\n" + strings.TrimPrefix(l, "  ")
			}
			continue
		}
		n, err := strconv.Atoi(m[1])
		who, said, ok := strings.Cut(m[2], ": ")
		switch {
		case err != nil:
		case !named:
			lines = append(lines, numbered{n: n, text: m[2]})
		case ok && who != "" && len(who) <= maxName:
			lines = append(lines, numbered{n: n, who: who, text: said})
		}
	}
	return lines
}

var (
	joking = regexp.MustCompile(`(?i)\b(?:lol|lmao|rofl|(?:ha){2,}h?|(?:he){2,}|jk|j/k|kidding|joking|sarcasm|imagine|pretend|role-?play(?:ing)?|` +
		`if i (?:were|was|had)|in[- ](?:the |this )?game|my character|my avatar|(?:nur )?(?:spaß|scherz)|stell (?:dir|euch) vor)\b|` +
		`(?:^|\s)/s(?:\s|$)|[😂🤣😜😝🤪😹🙃]`)
	codeBlock = regexp.MustCompile("(?s)```([a-zA-Z0-9+#_-]*)[ \t]*\n(.*?)\n?```")
	links     = regexp.MustCompile(`<?\bhttps?://[^\s>]+>?`)
	tags      = regexp.MustCompile(`<(?:@[!&]?|#|a?:\w{2,32}:)\d{1,20}>`)
	spaces    = regexp.MustCompile(`[ \t]+`)
)

// inJest reports whether a message is play, and not to be taken at its word.
func inJest(text string) bool { return joking.MatchString(text) }

// prose returns what somebody said in own words: without code, links, mentions and
// lines that quote others.
func prose(text string) string {
	text = codeBlock.ReplaceAllString(text, "\n")
	text = tags.ReplaceAllString(links.ReplaceAllString(text, ""), "")
	var kept []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(spaces.ReplaceAllString(l, " ")); l != "" && !strings.HasPrefix(l, ">") {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// sentences cuts a text up, each with what ends it.
func sentences(text string) []string {
	var all []string
	from := 0
	for i := 0; i < len(text); i++ {
		ends := text[i] == '\n' || strings.IndexByte(".!?", text[i]) >= 0 && (i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n')
		if !ends {
			continue
		}
		if s := strings.TrimSpace(text[from : i+1]); s != "" {
			all = append(all, s)
		}
		from = i + 1
	}
	if s := strings.TrimSpace(text[from:]); s != "" {
		all = append(all, s)
	}
	return all
}
