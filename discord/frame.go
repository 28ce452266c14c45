package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Opcodes of the gateway (Discord documentation, Opcodes and Status Codes).
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// A frame is a payload of the gateway, with its data not yet decoded.
type frame struct {
	op   int
	seq  int64  // 0 unless a dispatch
	kind []byte // the name of a dispatch's event
	data []byte // JSON
}

// parseFrame splits a payload. The frame refers to b.
func parseFrame(b []byte) (frame, error) {
	if f, ok := splitFrame(b); ok {
		return f, nil
	}
	return scanFrame(b)
}

// scanFrame splits a payload whatever the order of its keys.
func scanFrame(b []byte) (frame, error) {
	var e struct {
		Op   *int            `json:"op"`
		Seq  int64           `json:"s"`
		Kind string          `json:"t"`
		Data json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return frame{}, fmt.Errorf("frame is not a gateway payload: %w", err)
	}
	if e.Op == nil {
		return frame{}, fmt.Errorf("frame of %d bytes has no opcode", len(b))
	}
	return frame{op: *e.Op, seq: e.Seq, kind: []byte(e.Kind), data: e.Data}, nil
}

// splitFrame splits a payload that has Discord's own order of keys, t, s, op
// and d, without looking into d. It saves a pass over the JSON of every event,
// and all of it for events that nobody listens to.
func splitFrame(b []byte) (f frame, ok bool) {
	if b, ok = bytes.CutPrefix(b, []byte(`{"t":`)); !ok {
		return frame{}, false
	}
	if f.kind, b, ok = cutKind(b); !ok {
		return frame{}, false
	}
	if b, ok = bytes.CutPrefix(b, []byte(`,"s":`)); !ok {
		return frame{}, false
	}
	if f.seq, b, ok = cutNumber(b); !ok {
		return frame{}, false
	}
	if b, ok = bytes.CutPrefix(b, []byte(`,"op":`)); !ok {
		return frame{}, false
	}
	op, b, ok := cutNumber(b)
	if !ok {
		return frame{}, false
	}
	f.op = int(op)
	b, ok = bytes.CutPrefix(b, []byte(`,"d":`))
	if !ok || len(b) < 2 || b[len(b)-1] != '}' {
		return frame{}, false
	}
	f.data = b[:len(b)-1]
	return f, true
}

// cutKind takes a JSON string without escapes, or null, off the front of b.
func cutKind(b []byte) (kind, rest []byte, ok bool) {
	if rest, ok = bytes.CutPrefix(b, []byte("null")); ok {
		return nil, rest, true
	}
	if b, ok = bytes.CutPrefix(b, []byte(`"`)); !ok {
		return nil, nil, false
	}
	return bytes.Cut(b, []byte(`"`))
}

// cutNumber takes a whole number, or null, off the front of b.
func cutNumber(b []byte) (n int64, rest []byte, ok bool) {
	if rest, ok = bytes.CutPrefix(b, []byte("null")); ok {
		return 0, rest, true
	}
	i := 0
	for i < len(b) && i < 18 && '0' <= b[i] && b[i] <= '9' {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	return n, b[i:], i > 0
}

// maxFrame bounds what is kept of one frame, in bytes. The largest that
// Discord sends, a guild with all its channels, threads and roles, stays
// below 4 MiB.
const maxFrame = 16 << 20

// keepBuffer is how large a buffer may stay between two frames, in bytes.
const keepBuffer = 1 << 20

// readFrame reads one frame into buf. Of a frame beyond maxFrame it keeps the
// beginning, throws the rest away and reports truncated: cutting the
// connection instead would bring the same frame back at every resume.
func readFrame(r io.Reader, buf *bytes.Buffer) (truncated bool, err error) {
	if buf.Cap() > keepBuffer {
		*buf = bytes.Buffer{}
	}
	buf.Reset()
	if _, err := buf.ReadFrom(io.LimitReader(r, maxFrame)); err != nil {
		return false, err
	}
	if buf.Len() < maxFrame {
		return false, nil
	}
	n, err := io.Copy(io.Discard, r)
	return n > 0, err
}

// frontOf splits the beginning of a frame that was truncated, as far as its
// number and name are there.
func frontOf(b []byte) (frame, error) {
	if front, _, found := bytes.Cut(b, []byte(`,"d":`)); found {
		return parseFrame(append(bytes.Clone(front), `,"d":{}}`...))
	}
	return frame{}, fmt.Errorf("frame of more than %d bytes", maxFrame)
}
