package outbox

import (
	"slices"
	"testing"
	"time"

	"troupe/messages"
)

// Endings are forgotten by age and by number, eldest first; one that is remembered
// anew is as young as its last.
func TestEndings(t *testing.T) {
	type step struct {
		trigger  int // the first of them
		n        int
		at       time.Duration
		revision int
	}
	for name, tt := range map[string]struct {
		steps []step
		kept  []int
		gone  []int
		n     int
	}{
		"none":         {nil, nil, []int{1}, 0},
		"one":          {[]step{{1, 1, 0, 0}}, []int{1}, []int{2}, 1},
		"just in time": {[]step{{1, 2, 0, 0}, {3, 1, abandoned, 0}}, []int{1, 2, 3}, nil, 3},
		"too old":      {[]step{{1, 2, 0, 0}, {3, 1, time.Second, 0}, {4, 1, abandoned + 1, 0}}, []int{3, 4}, []int{1, 2}, 2},
		"all too old":  {[]step{{1, 5, 0, 0}, {6, 1, time.Hour, 0}}, []int{6}, []int{1, 5}, 1},
		"full":         {[]step{{1, maxEndings, 0, 0}}, []int{1, maxEndings}, nil, maxEndings},
		"too many":     {[]step{{1, maxEndings + 3, 0, 0}}, []int{4, maxEndings + 3}, []int{1, 3}, maxEndings},
		"anew":         {[]step{{1, 2, 0, 0}, {1, 1, time.Minute, 1}, {3, 1, abandoned + 1, 0}}, []int{1, 3}, []int{2}, 2},
		"anew, and many": {
			[]step{{1, maxEndings, 0, 0}, {1, 1, 0, 1}, {maxEndings + 1, 1, 0, 0}},
			[]int{1, 3, maxEndings + 1},
			[]int{2},
			maxEndings,
		},
		"anew again and again": {
			[]step{{1, 1, 0, 0}, {2, maxEndings, 0, 0}, {2, maxEndings, 0, 1}},
			[]int{2, maxEndings + 1},
			[]int{1},
			maxEndings,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s endings
			latest := map[messages.MessageID]int{}
			for _, step := range tt.steps {
				for i := range step.n {
					e := ending{trigger: messages.MessageID(step.trigger + i), revision: step.revision}
					s.add(e, start.Add(step.at))
					latest[e.trigger] = e.revision
				}
			}
			for id, e := range s.last {
				if e.trigger != id || e.revision != latest[id] || !slices.Contains(s.queue, e) {
					t.Fatalf("of %d there is %+v", id, e)
				}
			}
			for _, id := range tt.kept {
				if s.last[messages.MessageID(id)] == nil {
					t.Errorf("%d is forgotten", id)
				}
			}
			for _, id := range tt.gone {
				if s.last[messages.MessageID(id)] != nil {
					t.Errorf("%d is remembered", id)
				}
			}
			if len(s.last) != tt.n || len(s.queue) > maxEndings {
				t.Errorf("%d are remembered in a queue of %d, want %d", len(s.last), len(s.queue), tt.n)
			}
		})
	}
}
