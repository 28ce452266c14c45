package journal

import (
	"slices"
	"testing"

	"troupe/messages"
)

// Writes for which nobody waits linger for one that somebody waits for, and are
// committed with it; alone, after a moment.
func TestPatience(t *testing.T) {
	s := newState(wide)
	s.store = working
	for _, later := range []any{&messages.AttemptMade{}, &messages.KeepFinal{Patient: true}, &messages.KeepPieces{}} {
		for _, a := range s.write(s.nextID(), later) {
			if a.verb != linger {
				t.Errorf("%T: %v", later, a)
			}
		}
	}
	todo := s.write(s.nextID(), &messages.KeepPart{})
	if len(todo) != 1 || todo[0].verb != commit || len(todo[0].writes) != 4 {
		t.Fatalf("to do: %+v", todo)
	}
	s.write(s.nextID(), &messages.AttemptMade{})
	s.lingered() // of those that were committed
	todo = s.committed(result{answers: make([]any, 4)})
	if last := todo[len(todo)-1]; last.verb != linger {
		t.Fatalf("to do: %+v", todo)
	}
	if todo = s.lingered(); len(todo) != 1 || todo[0].verb != commit {
		t.Errorf("to do: %+v", todo)
	}
}

// After a commit that many have shared, what comes waits a moment for more, but
// not when there is enough of it; after one that few have shared it does not.
func TestGather(t *testing.T) {
	s := newState(limits{Batch: busy + 1, Queue: 100})
	s.store = working
	one := func() []action { return s.write(s.nextID(), &messages.AcceptTrigger{}) }
	verbs := func(todo []action) (all []verb) {
		for _, a := range todo {
			if a.verb != answer {
				all = append(all, a.verb)
			}
		}
		return all
	}
	committed := func() []action { return s.committed(result{answers: make([]any, len(s.group))}) }
	one()
	for range busy {
		one()
	}
	for _, step := range []struct {
		what string
		todo func() []action
		want []verb
	}{
		{"a lone one is done", committed, []verb{commit}},
		{"many are done", committed, nil},
		{"one after many", one, []verb{linger}},
		{"another", one, nil},
		{"the moment is over", s.lingered, []verb{commit}},
		{"two are done", committed, nil},
		{"one after two", one, []verb{commit}},
	} {
		if got := verbs(step.todo()); !slices.Equal(got, step.want) {
			t.Fatalf("%s: %v, want %v", step.what, got, step.want)
		}
	}

	s.size = busy
	committed()
	s.size = busy
	for range busy {
		one()
	}
	if got := verbs(one()); !slices.Equal(got, []verb{commit}) {
		t.Errorf("a full batch: %v", got)
	}
}
