package discord

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// historic is a message of a channel's history, as Discord tells it.
func historic(id int) string {
	return fmt.Sprintf(`{"id":"%d","channel_id":"5","type":0,"content":"no %d","author":{"id":"3","username":"ann"}}`, id, id)
}

// A channel answers requests for history as Discord does: the newest first, and
// of those after a message the ones next to it.
type channelHistory struct {
	ids []int          // ascending
	odd map[int]string // what stands in place of a message
}

func (h channelHistory) answer(path string) *http.Response {
	u, _ := url.Parse(path)
	q := u.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	var page []string
	add := func(id int) {
		s, odd := h.odd[id]
		if !odd {
			s = historic(id)
		}
		page = append(page, s)
	}
	if q.Has("after") {
		after, _ := strconv.Atoi(q.Get("after"))
		for _, id := range h.ids {
			if id > after && len(page) < limit {
				add(id)
			}
		}
		slices.Reverse(page)
	} else {
		before, err := strconv.Atoi(q.Get("before"))
		for _, id := range slices.Backward(h.ids) {
			if (err != nil || id < before) && len(page) < limit {
				add(id)
			}
		}
	}
	return answerWith(200, "["+strings.Join(page, ",")+"]")
}

func upTo(n int) (ids []int) {
	for i := 1; i <= n; i++ {
		ids = append(ids, i)
	}
	return ids
}

func idsOf(all []messages.Message) (ids []int) {
	for _, m := range all {
		ids = append(ids, int(m.ID))
	}
	return ids
}

func TestHistory(t *testing.T) {
	down := func(from, to int) (ids []int) {
		for i := from; i >= to; i-- {
			ids = append(ids, i)
		}
		return ids
	}
	tests := []struct {
		size, before, limit int
		want                []int
		requests            int
	}{
		{0, 0, 50, nil, 1},
		{30, 0, 50, down(30, 1), 1},
		{300, 0, 50, down(300, 251), 1},
		{300, 100, 50, down(99, 50), 1},
		{300, 0, 250, down(300, 51), 3},
		{300, 0, 1000, down(300, 1), 4},
		{100, 0, 100, down(100, 1), 1},
		{100, 0, 101, down(100, 1), 2},
		{100, 0, 0, nil, 0},
		{100, 0, -1, nil, 0},
	}
	for _, tt := range tests {
		h := channelHistory{ids: upTo(tt.size)}
		d := play(t, nil, func(r request) *http.Response { return h.answer(r.path) })
		got, err := d.History(t.Context(), 5, messages.MessageID(tt.before), tt.limit)
		if err != nil || len(d.requests) != tt.requests {
			t.Errorf("%+v: %v, %d requests", tt, err, len(d.requests))
		}
		if diff := cmp.Diff(tt.want, idsOf(got)); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", tt, diff)
		}
	}
}

func TestHistoryAfter(t *testing.T) {
	up := func(from, to int) []int { return upTo(to)[from-1:] }
	tests := []struct {
		size, after, limit int
		want               []int
		requests           int
	}{
		{0, 0, 50, nil, 1},
		{30, 10, 50, up(11, 30), 1},
		{300, 10, 50, up(11, 60), 1},
		{300, 10, 250, up(11, 260), 3},
		{300, 0, 1000, up(1, 300), 4},
		{300, 300, 1000, nil, 1},
	}
	for _, tt := range tests {
		h := channelHistory{ids: upTo(tt.size)}
		d := play(t, nil, func(r request) *http.Response { return h.answer(r.path) })
		got, err := d.HistoryAfter(t.Context(), 5, messages.MessageID(tt.after), tt.limit)
		if err != nil || len(d.requests) != tt.requests {
			t.Errorf("%+v: %v, %d requests", tt, err, len(d.requests))
		}
		if diff := cmp.Diff(tt.want, idsOf(got)); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", tt, diff)
		}
	}
}

// A message that is not understood is left out and logged once; paging goes on
// past it. One that only has parts which are not known is understood.
func TestHistoryOddMessages(t *testing.T) {
	h := channelHistory{ids: upTo(150), odd: map[int]string{
		1: `{"id":"1","channel_id":"5","type":0,"content":"no 1","author":{"id":"3"},"components":[{"type":99,"components":[{"type":20}]}],"flags":32768,"poll":{},"new":[1]}`,
		// The last one of the first page does not even say its ID.
		51:  `{"id":51,"content":[]}`,
		60:  `{"id":"60","channel_id":"5"}`,
		100: `null`,
		101: `[]`,
		102: `"oops"`,
	}}
	d := play(t, nil, func(r request) *http.Response { return h.answer(r.path) })
	got, err := d.History(t.Context(), 5, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[messages.MessageID]int{}
	for _, m := range got {
		seen[m.ID]++
	}
	for id := messages.MessageID(1); id <= 150; id++ {
		want := 1
		if h.odd[int(id)] != "" && id != 1 {
			want = 0
		}
		if seen[id] != want {
			t.Errorf("message %d is there %d times, want %d", id, seen[id], want)
		}
	}
	if n := strings.Count(d.log.String(), "left out"); n != 1 {
		t.Errorf("logged %d times", n)
	}

	all := play(t, nil, always(200, "["+strings.Repeat(`{"x":1},`, 99)+`{"x":1}]`))
	if got, err := all.History(t.Context(), 5, 0, 1000); err != nil || len(got) != 0 || len(all.requests) != 1 {
		t.Errorf("%d messages, %v, %d requests of a page that says nothing", len(got), err, len(all.requests))
	}
}

// When a later page meets a limit, what the earlier ones brought is not lost.
func TestHistoryInPart(t *testing.T) {
	h := channelHistory{ids: upTo(300)}
	d := play(t, nil, func(r request) *http.Response {
		resp := h.answer(r.path)
		for key, value := range map[string]string{"Limit": "2", "Remaining": "0", "Reset-After": "3"} {
			resp.Header.Set("X-RateLimit-"+key, value)
		}
		return resp
	})
	got, err := d.History(t.Context(), 5, 0, 300)
	var limited *messages.Limited
	if !errors.As(err, &limited) || len(got) != 100 || got[99].ID != 201 {
		t.Errorf("%d messages, %v", len(got), err)
	}
}

func TestPins(t *testing.T) {
	d := play(t, nil, always(200, `{"items":[{"pinned_at":"2026-01-01T00:00:00Z","message":`+historic(7)+`},{"message":{}},{"message":`+historic(3)+`}],"has_more":false}`))
	got, err := d.Pins(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{7, 3}, idsOf(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A message is not there only if Discord says just that.
func TestExists(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		exists bool
		failed bool
	}{
		{200, historic(7), true, false},
		{404, `{"message":"Unknown Message","code":10008}`, false, false},
		{404, `{"message":"Unknown Channel","code":10003}`, false, true},
		{404, "not found", false, true},
		{403, `{"message":"Missing Access","code":50001}`, false, true},
	} {
		d := play(t, nil, always(tt.status, tt.body))
		exists, err := d.Exists(t.Context(), 5, 7)
		if failed := err != nil; failed != tt.failed || !failed && exists != tt.exists {
			t.Errorf("%d %s: %v, %v", tt.status, tt.body, exists, err)
		}
	}
}
