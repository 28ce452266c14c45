package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
)

// A traceRow is what a row holds of a trace. The steps, which are most of it, are
// one text: each answer writes them, and next to none is ever read.
type traceRow struct {
	messages.Trace
	Steps string `json:",omitzero"` // what, microseconds after and took, and end, with spaces; then ";"
}

// traceText writes a trace without what has a column. It is plain data, which can
// be written.
func traceText(t messages.Trace) string {
	steps := make([]byte, 0, 32*len(t.Steps))
	for _, s := range t.Steps {
		steps = append(append(steps, s.What...), ' ')
		steps = append(strconv.AppendInt(steps, s.After.Microseconds(), 10), ' ')
		steps = append(strconv.AppendInt(steps, s.Took.Microseconds(), 10), ' ')
		steps = append(append(steps, s.End...), ';')
	}
	t.Trigger, t.Share, t.Steps = 0, "", nil
	b, err := json.Marshal(traceRow{Trace: t, Steps: string(steps)})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// scanTrace reads a row that is a trigger, what is shared, and a trace.
func scanTrace(rows *sql.Rows) (messages.Trace, error) {
	var id int64
	var row traceRow
	var share string
	var text []byte
	if err := rows.Scan(&id, &share, &text); err != nil {
		return row.Trace, err
	}
	err := json.Unmarshal(text, &row)
	if err == nil {
		row.Trace.Steps, err = traceSteps(row.Steps)
	}
	if err != nil {
		return row.Trace, fmt.Errorf("%w: the trace of %d cannot be read: %w", errDamaged, id, err)
	}
	row.Trigger, row.Share = messages.MessageID(id), share
	return row.Trace, nil
}

func traceSteps(text string) (steps []messages.TraceStep, err error) {
	for step := range strings.SplitSeq(strings.TrimSuffix(text, ";"), ";") {
		if step == "" {
			continue
		}
		fields := strings.Split(step, " ")
		if len(fields) != 4 {
			return nil, fmt.Errorf("%q is no step", step)
		}
		after, err := strconv.ParseInt(fields[1], 10, 64)
		took, err2 := strconv.ParseInt(fields[2], 10, 64)
		if err := errors.Join(err, err2); err != nil {
			return nil, err
		}
		steps = append(steps, messages.TraceStep{
			What: fields[0], After: time.Duration(after) * time.Microsecond, Took: time.Duration(took) * time.Microsecond, End: fields[3],
		})
	}
	return steps, nil
}
