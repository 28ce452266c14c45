package gemini

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode"
)

// doneMark ends a stream of servers that imitate others; it is no chunk.
const doneMark = "[DONE]"

var errNotEvents = errors.New("the body is no stream of events")

// chunks is the body of a stream in the one form that genai reads: each chunk on
// a line of its own after "data: ", then an empty line. What stands on the wire
// may be any stream of server-sent events, with comments, names and data on
// several lines (WHATWG HTML, 9.2.6), or JSON without them: one object, several
// after each other, or a list.
type chunks struct {
	body io.ReadCloser
	in   *bufio.Reader
	seen bool          // the first sign has been seen
	json *json.Decoder // nil for a stream of events
	list bool          // the JSON is a list
	data []byte        // of the event under way
	out  bytes.Buffer  // what is not read yet
	err  error         // that ends the stream
}

func newChunks(body io.ReadCloser) *chunks { return &chunks{body: body, in: bufio.NewReader(body)} }

// Close closes the body.
func (c *chunks) Close() error { return c.body.Close() }

// Read gives what has come as soon as it is a whole chunk.
func (c *chunks) Read(p []byte) (int, error) {
	for c.out.Len() == 0 && c.err == nil {
		switch {
		case !c.seen:
			c.err = c.look()
		case c.json != nil:
			c.err = c.object()
		default:
			c.err = c.line()
		}
	}
	if c.out.Len() > 0 {
		return c.out.Read(p)
	}
	return 0, c.err
}

// look finds out by the first sign whether it is JSON that comes.
func (c *chunks) look() error {
	r, _, err := c.in.ReadRune()
	if err != nil || unicode.IsSpace(r) || r == '\ufeff' {
		return err
	}
	c.seen = true
	if err := c.in.UnreadRune(); err != nil {
		return err
	}
	if r == '{' || r == '[' {
		return c.begin(c.in, r == '[')
	}
	return nil
}

// begin goes on with JSON.
func (c *chunks) begin(r io.Reader, list bool) (err error) {
	c.json, c.list = json.NewDecoder(r), list
	if list {
		_, err = c.json.Token()
	}
	return err
}

// line takes a line of a stream of events.
func (c *chunks) line() error {
	line, err := c.in.ReadBytes('\n')
	if err != nil && err != io.EOF {
		return err // what came of the event is no whole chunk
	}
	line = bytes.TrimRight(line, "\r\n")
	name, value, _ := bytes.Cut(line, []byte(":"))
	switch string(name) {
	case "": // the end of an event, or a comment
		if len(line) == 0 {
			c.dispatch()
		}
	case "data":
		c.data = append(append(c.data, value...), ' ') // within JSON as good as a new line
	case "event", "id", "retry":
	default:
		if line[0] != '{' && line[0] != '[' {
			return errNotEvents
		}
		// An error may stand as it would outside of streams.
		return c.begin(io.MultiReader(bytes.NewReader(line), c.in), line[0] == '[')
	}
	if err == io.EOF {
		c.dispatch()
	}
	return err
}

// dispatch gives the event that has ended.
func (c *chunks) dispatch() {
	if data := bytes.TrimSpace(c.data); len(data) > 0 && string(data) != doneMark {
		c.emit(data)
	}
	c.data = c.data[:0]
}

// object takes the next object of JSON.
func (c *chunks) object() error {
	if c.list && !c.json.More() {
		return io.EOF
	}
	var raw json.RawMessage
	switch err := c.json.Decode(&raw); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.EOF // cut off: what is whole has been given
	case err == io.EOF:
		return err
	case err != nil:
		return fmt.Errorf("reading a list of chunks: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return fmt.Errorf("reading a chunk: %w", err)
	}
	c.emit(compact.Bytes())
	return nil
}

func (c *chunks) emit(data []byte) {
	c.out.WriteString("data: ")
	c.out.Write(data)
	c.out.WriteString("\n\n")
}
