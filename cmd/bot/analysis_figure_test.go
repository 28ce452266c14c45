package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/actors/analyzer"
	"troupe/cmd/bot"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The chat beside which analyzers misbehave: one guild that keeps its lore, of people
// who let all be learned of them.
const (
	chatPairs    = 5 // of chats with the same seed
	chatChannels = 6
	chatAsks     = 100                    // each by somebody else
	chatGap      = 60 * time.Millisecond  // between questions, in the mean
	chatRemarks  = 2                      // for each question
	chatFiles    = 10                     // of so many questions one has a file
	listTakes    = 100 * time.Millisecond // of Discord, for its history
	commitTakes  = 10 * time.Millisecond  // of the store

	leastPost, mostPost = 100 * time.Millisecond, 250 * time.Millisecond // of Discord
	leastCall, mostCall = 300 * time.Millisecond, 600 * time.Millisecond // of Gemini
	mayMove             = 10 * time.Millisecond                          // the p95, or by a share of
	mayMoveShare        = 0.05
	maxStuck            = 3 // thoughts of one analyzer that never end, beside which it thinks no more
)

// A chat is one that has been played, and what was seen of it.
type chat struct {
	first, whole []time.Duration // to the first text of each answer, and to all of it
	once         int             // questions with just one answer
	stopped      time.Duration   // how long the bot took to stop
	learned      int             // pieces that analyzers were done with
	stuck        int             // thoughts that never end
	books
}

// books are all that tell of crashes, at one time.
type books struct {
	panics  int // that were injected
	counted int // in the metrics
	told    int // to the supervisor
	parts   messages.Parts
	health  messages.Health
}

// shift returns by how much the p95 is later where analyzers misbehave, and may be.
func shift(well, ill []time.Duration) (moved, may time.Duration) {
	return p95(ill) - p95(well), max(mayMove, time.Duration(mayMoveShare*float64(p95(well))))
}

// However an analyzer misbehaves, answers come as soon as else, none is lost, and each
// crash is known to all who tell of them.
func TestFigureAnalyzers(t *testing.T) {
	unraced(t)
	out := newSheet(t, fmt.Sprintf("Analyzers misbehave beside a chat, %d pairs with the same seeds: p95 of the answers, medians of the pairs", chatPairs),
		"first text, well", "misbehaving", "later by", "whole answer, well", "misbehaving", "later by", "at most",
		"answered once", "of", "panics", "crashes counted", "restarts told", "down")
	for _, m := range misbehaviours() {
		t.Run(m.name, func(t *testing.T) { m.compare(t, out) })
	}
}

// compare plays the pairs of chats, and prints what came of them.
func (m misbehaviour) compare(t *testing.T, out *sheet) {
	var first, firstIll, whole, wholeIll, moves, wholeMoves []time.Duration
	var last chat
	once := 0
	for seed := range uint64(chatPairs) {
		well, ill := misbehaviour{settles: m.settles, onDisk: m.onDisk}.play(t, seed), m.play(t, seed)
		m.judge(t, &well, &ill)
		moved, may := shift(well.first, ill.first)
		movedWhole, mayWhole := shift(well.whole, ill.whole)
		if moved > may || movedWhole > mayWhole {
			t.Errorf("seed %d: the p95 of the first text is later by %v, of the whole answer by %v", seed, moved, movedWhole)
		}
		first, firstIll, moves = append(first, p95(well.first)), append(firstIll, p95(ill.first)), append(moves, moved)
		whole, wholeIll, wholeMoves = append(whole, p95(well.whole)), append(wholeIll, p95(ill.whole)), append(wholeMoves, movedWhole)
		once += ill.once
		last = ill
	}
	ms := func(all []time.Duration) time.Duration { return median(all).Round(time.Millisecond / 10) }
	out.row(m.name, ms(first), ms(firstIll), ms(moves), ms(whole), ms(wholeIll), ms(wholeMoves), max(mayMove, ms(first)/20),
		once, chatPairs*chatAsks, last.panics, last.counted, last.parts.Restarts, len(last.parts.Down))
}

// judge fails the test unless all was answered, and the books of crashes agree.
func (m misbehaviour) judge(t *testing.T, well, ill *chat) {
	t.Helper()
	if well.once != chatAsks || ill.once != chatAsks {
		t.Errorf("%s: %d questions have one answer, and %d without it", m.name, ill.once, well.once)
	}
	if well.learned == 0 || well.counted > 0 || len(well.health.Down) > 0 {
		t.Errorf("analyzers that are well: %+v", well)
	}
	if ill.counted != ill.told || ill.parts.Restarts != ill.told {
		t.Errorf("%s: %d crashes are counted, %d restarts told, of %d", m.name, ill.counted, ill.parts.Restarts, ill.told)
	}
	if ill.told > 0 != m.crashes || ill.panics != ill.told && !m.hangs {
		t.Errorf("%s: of %d panics the supervisor knows of %d", m.name, ill.panics, ill.told)
	}
	if ill.stuck > 0 != m.hangs || ill.stuck > maxStuck*len(analyzer.Minds()) {
		t.Errorf("%s: %d thoughts never end", m.name, ill.stuck)
	}
	byPart := cmpopts.SortSlices(func(a, b messages.PartDown) bool { return a.Part < b.Part })
	if d := cmp.Diff(ill.parts.Down, ill.health.Down, byPart); d != "" {
		t.Errorf("%s: what is down, by the supervisor and by health:\n%s", m.name, d)
	}
	if slices.ContainsFunc(ill.health.Down, func(d messages.PartDown) bool {
		return !d.Background || !strings.HasPrefix(d.Part, "analyzer/")
	}) || !ill.health.Connected {
		t.Errorf("%s: %+v", m.name, ill.health)
	}
	if ill.stopped > bot.StopWait+5*time.Second {
		t.Errorf("%s: the bot takes %v to stop", m.name, ill.stopped)
	}
}
