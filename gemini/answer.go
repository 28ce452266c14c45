package gemini

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"google.golang.org/genai"

	"troupe/messages"
)

// The bounds of what an answer may hold beside its text.
const (
	maxFiles     = 4
	maxFileBytes = 8 << 20 // all files together; Discord takes 10 MiB a message
	maxSources   = 5
)

// An answer is what has come of a stream so far. Only the first candidate
// counts; we never ask for more.
type answer struct {
	text      strings.Builder
	model     string
	usage     messages.Usage
	finish    genai.FinishReason // the last one told; chunks before the last may tell one too
	blocked   string             // why Gemini refuses; sticks
	calls     int                // of functions, none of which we declared
	files     []messages.File
	fileBytes int
	sources   []source
	strange   bool // the finish reason is unknown to us
}

type source struct{ title, uri string }

// read takes in a chunk and reports whether the text has grown.
func (a *answer) read(r *genai.GenerateContentResponse) (grew bool) {
	if r == nil {
		return false
	}
	if r.ModelVersion != "" {
		a.model = r.ModelVersion
	}
	if u := r.UsageMetadata; u != nil { // cumulative: the last one holds
		a.usage = messages.Usage{
			Prompt:   int(u.PromptTokenCount),
			Cached:   int(u.CachedContentTokenCount),
			Output:   int(u.CandidatesTokenCount),
			Thoughts: int(u.ThoughtsTokenCount),
			Tools:    int(u.ToolUsePromptTokenCount),
			Total:    int(u.TotalTokenCount),
		}
	}
	if f := r.PromptFeedback; f != nil && f.BlockReason != "" && f.BlockReason != genai.BlockedReasonUnspecified {
		a.blocked = "prompt: " + word(string(f.BlockReason))
	}
	if len(r.Candidates) == 0 || r.Candidates[0] == nil {
		return false
	}
	candidate := r.Candidates[0]
	before := a.text.Len()
	if candidate.Content != nil {
		for _, p := range candidate.Content.Parts {
			a.readPart(p)
		}
	}
	a.readSources(candidate.GroundingMetadata)
	a.readFinish(candidate.FinishReason)
	return a.text.Len() > before && a.blocked == ""
}

func (a *answer) readPart(p *genai.Part) {
	switch {
	case p == nil || p.Thought:
	case p.Text != "":
		a.text.WriteString(p.Text)
	case p.FunctionCall != nil:
		a.calls++
	case p.ExecutableCode != nil:
		a.writeBlock(word(strings.ToLower(string(p.ExecutableCode.Language))), p.ExecutableCode.Code)
	case p.CodeExecutionResult != nil && p.CodeExecutionResult.Output != "":
		a.writeBlock("", p.CodeExecutionResult.Output)
	case p.InlineData != nil:
		a.readFile(p.InlineData.Data)
	}
}

// writeBlock writes code that the model ran, or what it printed, as a fenced
// block. The fence is longer than any within.
func (a *answer) writeBlock(language, code string) {
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	if a.text.Len() > 0 && !strings.HasSuffix(a.text.String(), "\n") {
		a.text.WriteByte('\n')
	}
	fmt.Fprintf(&a.text, "%s%s\n%s\n%s\n", fence, language, strings.TrimRight(code, "\n"), fence)
}

// readFile keeps a file within bounds. What it is, its bytes say: the type
// that the model claims is not trusted.
func (a *answer) readFile(data []byte) {
	if len(data) == 0 || len(a.files) == maxFiles || a.fileBytes+len(data) > maxFileBytes {
		return
	}
	a.fileBytes += len(data)
	kind := http.DetectContentType(data)
	media, _, _ := mime.ParseMediaType(kind)
	suffix := map[string]string{
		"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif",
		"audio/wave": ".wav", "audio/mpeg": ".mp3", "video/mp4": ".mp4",
		"application/pdf": ".pdf", "text/plain": ".txt",
	}[media]
	if suffix == "" {
		suffix = ".bin"
	}
	name := fmt.Sprintf("answer-%d%s", len(a.files)+1, suffix)
	a.files = append(a.files, messages.File{Name: name, Type: kind, Data: data})
}

func (a *answer) readSources(m *genai.GroundingMetadata) {
	if m == nil {
		return
	}
	for _, chunk := range m.GroundingChunks {
		if chunk == nil || chunk.Web == nil || len(a.sources) == maxSources {
			continue
		}
		s := source{title: plain(chunk.Web.Title), uri: chunk.Web.URI}
		if known := func(o source) bool { return o.uri == s.uri }; linkable(s.uri) && !slices.ContainsFunc(a.sources, known) {
			a.sources = append(a.sources, s)
		}
	}
}

// linkable reports whether uri may stand between < and > in a message.
func linkable(uri string) bool {
	return len(uri) <= 500 && (strings.HasPrefix(uri, "https://") || strings.HasPrefix(uri, "http://")) &&
		!strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r == 0x7f })
}

// plain makes a title from the web harmless: no Markdown, no mention, one
// short line.
func plain(title string) string {
	title = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".,:'&+-–|/()?! ", r) {
			return r
		}
		return ' '
	}, title)
	title = strings.Join(strings.Fields(title), " ")
	if r := []rune(title); len(r) > 80 {
		title = string(r[:79]) + "…"
	}
	return title
}

// word returns a constant of Gemini's if it looks like one, "" otherwise. It
// changes nothing, so that a secret within is still found.
func word(s string) string {
	for _, r := range s {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	if len(s) > 80 {
		return ""
	}
	return s
}
