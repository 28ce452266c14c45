package geminisim

import "net/http"

// An output is the body of a stream: events, or a list.
type output struct {
	x       *exchange
	control *http.ResponseController
	sse     bool
	began   bool
}

func newOutput(x *exchange) *output {
	return &output{x: x, control: http.NewResponseController(x.w), sse: x.sse()}
}

// begin sends the headers with the first chunk, as long as there may be an
// error instead.
func (o *output) begin() string {
	if o.began {
		return ",\r\n"
	}
	o.began = true
	kind := "application/json; charset=UTF-8"
	if o.sse {
		kind = "text/event-stream"
	}
	o.x.w.Header().Set("Content-Type", kind)
	o.x.call.Status = http.StatusOK
	o.x.w.WriteHeader(http.StatusOK)
	return "["
}

// write sends one chunk, and reports whether the client is still there.
func (o *output) write(data []byte) bool {
	before, after := o.begin(), ""
	if o.sse {
		before, after = "data: ", "\r\n\r\n"
	}
	event := make([]byte, 0, len(before)+len(data)+len(after))
	event = append(append(append(event, before...), data...), after...)
	_, err := o.x.w.Write(event)
	return err == nil && o.control.Flush() == nil
}

func (o *output) end() {
	before := o.begin()
	if o.sse {
		return
	}
	if before == "[" {
		before += "]"
	} else {
		before = "]"
	}
	_, err := o.x.w.Write([]byte(before))
	o.x.whole = o.x.whole && err == nil
}
