package geminisim

import (
	"unicode/utf8"

	"troupe/messages"
)

// A cue is what a reply is performed for.
type cue struct {
	prompt *messages.Prompt
	tokens int    // of the prompt
	chunk  int    // characters; 0 for all in one
	spread bool   // the last chunk comes later than the first
	id     string // of the response
}

// A chunk is one event of a stream.
type chunk struct {
	raw      string // as it is, instead of what follows
	response wireResponse
	usage    messages.Usage // so far
	finish   string         // or why the prompt is refused
}

// perform makes the chunks of a reply. Each tells the usage so far. The
// finishReason stands in the last one: with text, unless it says that there is
// none, or that there came more time than text.
func perform(r Reply, c cue) []chunk {
	b := &builder{cue: c, thoughts: r.Thinking}
	switch {
	case r.Raw != nil:
		for _, raw := range r.Raw {
			b.chunks = append(b.chunks, chunk{raw: raw})
		}
		return b.chunks
	case r.Block != "":
		b.chunks = append(b.chunks, b.build(wireResponse{Feedback: &wireFeedback{Block: r.Block}}, r.Block))
		return b.chunks
	}
	if b.thoughts == 0 {
		b.thoughts = CountTokens(r.Thoughts)
	}
	if r.Thoughts != "" {
		b.write(wirePart{Text: r.Thoughts, Thought: true})
	}
	pieces, whole := b.bound(b.pieces(r))
	for _, piece := range pieces {
		b.text.add(piece)
		b.write(wirePart{Text: piece})
	}
	if !r.NoFinish {
		b.finish(finishReason(r.Finish, whole), len(pieces) > 1 || len(pieces) == 1 && !c.spread)
	}
	return b.chunks
}

func finishReason(wanted string, whole bool) string {
	switch {
	case wanted != "":
		return wanted
	case whole:
		return "STOP"
	default:
		return "MAX_TOKENS"
	}
}

// A builder makes chunks one after the other.
type builder struct {
	cue
	thoughts int // tokens
	text     tally
	chunks   []chunk
}

// pieces cuts the text up, or takes it as it is cut.
func (b *builder) pieces(r Reply) []string {
	if r.Chunks != nil {
		return r.Chunks
	}
	if b.chunk == 0 && r.Text != "" {
		return []string{r.Text}
	}
	var pieces []string
	for text := r.Text; text != ""; {
		n := prefix(text, b.chunk)
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

// prefix returns how many bytes the first so many characters of a text take.
func prefix(text string, characters int) (bytes int) {
	for ; characters > 0 && bytes < len(text); characters-- {
		_, size := utf8.DecodeRuneInString(text[bytes:])
		bytes += size
	}
	return bytes
}

// bound keeps as much of the text as the request allows beside the thoughts.
func (b *builder) bound(pieces []string) (kept []string, whole bool) {
	if b.prompt.MaxTokens == 0 {
		return pieces, true
	}
	left := b.prompt.MaxTokens - b.thoughts
	var t tally
	for i, piece := range pieces {
		before := t
		if t.add(piece); t.tokens() <= left {
			continue
		}
		if rest := before.cut(piece, left); rest != "" {
			return append(pieces[:i:i], rest), false
		}
		return pieces[:i], false
	}
	return pieces, true
}

// write adds a chunk with one part.
func (b *builder) write(p wirePart) {
	content := &wireContent{Parts: []wirePart{p}, Role: "model"}
	b.chunks = append(b.chunks, b.build(wireResponse{Candidates: []wireCandidate{{Content: content}}}, ""))
}

// finish tells the reason, in the last chunk if that is fit for it.
func (b *builder) finish(reason string, inLast bool) {
	ordinary := reason == "STOP" || reason == "MAX_TOKENS"
	if inLast && ordinary {
		last := &b.chunks[len(b.chunks)-1]
		last.response.Candidates[0].Finish, last.finish = reason, reason
		return
	}
	candidate := wireCandidate{Finish: reason}
	if ordinary {
		candidate.Content = &wireContent{Parts: []wirePart{{}}, Role: "model"}
	}
	b.chunks = append(b.chunks, b.build(wireResponse{Candidates: []wireCandidate{candidate}}, reason))
}

// build completes a response.
func (b *builder) build(r wireResponse, finish string) chunk {
	u := messages.Usage{Prompt: b.tokens, Output: b.text.tokens(), Thoughts: b.thoughts}
	u.Total = u.Prompt + u.Output + u.Thoughts + u.Tools
	r.Usage = wireUsage{Prompt: u.Prompt, Output: u.Output, Thoughts: u.Thoughts, Total: u.Total, Details: textDetails(u.Prompt)}
	r.Model, r.ID = b.prompt.Model, b.id
	return chunk{response: r, usage: u, finish: finish}
}

// merge makes one chunk of all, for an answer in one piece.
func merge(chunks []chunk) chunk {
	if len(chunks) == 0 {
		return chunk{raw: "{}"}
	}
	one := chunks[len(chunks)-1]
	if one.raw != "" || one.response.Candidates == nil {
		for _, c := range chunks[:len(chunks)-1] {
			one.raw = c.raw + one.raw
		}
		return one
	}
	content := &wireContent{Parts: []wirePart{}, Role: "model"}
	for _, c := range chunks {
		if from := c.response.Candidates[0].Content; from != nil {
			content.Parts = append(content.Parts, from.Parts...)
		}
	}
	if one.response.Candidates[0].Content == nil && len(content.Parts) == 0 {
		content = nil
	}
	one.response.Candidates = []wireCandidate{{Content: content, Finish: one.finish}}
	return one
}

func (c chunk) encode() []byte {
	if c.raw != "" {
		return []byte(c.raw)
	}
	return marshal(c.response)
}
