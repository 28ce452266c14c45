package analyzer

import (
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What is held against pieces is forgotten when there are none: they may have been
// dropped by others.
func TestNothingLeft(t *testing.T) {
	p, s := newPast(), state{}
	p.tried([]messages.Piece{{ID: 1}})
	p.crashes[2] = 1
	left := messages.Piece{ID: 3, To: messages.MessageIDAt(time.Now())}
	s.fetched(&messages.Pieces{Pieces: []messages.Piece{left}, Backlog: 1}, &Mind{Batch: 1}, p, time.Now())
	if len(p.tries) != 1 || len(p.crashes) != 1 {
		t.Errorf("with something left: %v, %v", p.tries, p.crashes)
	}
	s.fetched(&messages.Pieces{}, &Mind{Batch: 1}, p, time.Now())
	if len(p.tries) != 0 || len(p.crashes) != 0 {
		t.Errorf("with nothing left: %v, %v", p.tries, p.crashes)
	}
}

// What enters a prompt of a stretch is what those said who allow it, and what the bot
// has answered to that.
func TestAllowed(t *testing.T) {
	const ann, bob, bot = 1, 2, 9
	by := func(id messages.MessageID, who messages.UserID) messages.Line {
		return messages.Line{ID: id, Author: who}
	}
	reply := func(id, to messages.MessageID) messages.Line {
		return messages.Line{ID: id, Author: bot, Own: true, ReplyTo: to}
	}
	lines := []messages.Line{by(1, ann), reply(2, 1), by(3, bob), reply(4, 3), reply(5, 0), reply(6, 77)}
	tests := []struct {
		name     string
		consents map[messages.UserID]messages.Consent
		want     []messages.MessageID
	}{
		{"all allow it", map[messages.UserID]messages.Consent{ann: {}, bob: {}}, []messages.MessageID{1, 2, 3, 4}},
		{"one is private", map[messages.UserID]messages.Consent{ann: {Private: true}, bob: {}}, []messages.MessageID{3, 4}},
		{"one has had it deleted", map[messages.UserID]messages.Consent{ann: {}, bob: {After: 3}}, []messages.MessageID{1, 2}},
		{"one has not told", map[messages.UserID]messages.Consent{ann: {}}, []messages.MessageID{1, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []messages.MessageID
			for _, l := range allowed(lines, tt.consents) {
				got = append(got, l.ID)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
