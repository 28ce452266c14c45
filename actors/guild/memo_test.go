package guild

import (
	"math/rand/v2"
	"slices"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// Whatever Discord tells, a state that recalls the memo of another is that other.
func TestMemo(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		s := newState()
		for range rng.IntN(30) {
			tellSomething(s, rng)
		}
		memo := s.memo()
		again := newState()
		if memo == "" {
			if s.known {
				t.Errorf("seed %d: nothing is written down of a known guild", seed)
			}
			continue
		}
		if err := again.recall(memo); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(memo, again.memo()); d != "" {
			t.Errorf("seed %d: %s", seed, d)
		}
		for id := range s.channels {
			if d := cmp.Diff(s.context(id), again.context(id)); d != "" {
				t.Errorf("seed %d, channel %v: %s", seed, id, d)
			}
		}
		if s.threads != again.threads {
			t.Errorf("seed %d: %d threads are %d", seed, s.threads, again.threads)
		}
	}
}

func tellSomething(s *state, rng *rand.Rand) {
	channel := messages.ChannelID(10 + rng.IntN(6))
	thread := channel + 10
	switch rng.IntN(9) {
	case 8:
		s.channelSeen(&messages.Channel{ID: channel, Name: "wings", Overwrites: []messages.Overwrite{{ID: 5, User: true, Deny: see}}})
	case 0, 1:
		s.seen(told())
	case 2:
		s.channelSeen(&messages.Channel{ID: channel, Name: "pit", Overwrites: []messages.Overwrite{deny(everyone, see), allow(helper, see)}})
	case 3:
		s.channelSeen(&messages.Channel{ID: thread, Kind: messages.ChannelThread, Parent: channel, JoinUnknown: true})
	case 4:
		s.threadChanged(thread, rng.IntN(2) == 0)
	case 5:
		s.roleSeen(&messages.Role{ID: messages.RoleID(rng.IntN(4) + 70), Permissions: rng.Uint64(), Managed: true, Bot: bot})
	case 6:
		s.channelGone(channel)
	case 7:
		s.botRolesChanged(slices.Repeat([]messages.RoleID{helper}, rng.IntN(2)))
	}
}

// What is no memo is not taken.
func TestRecallGarbage(t *testing.T) {
	for _, text := range []string{"{", "[]", `{"name": 7}`} {
		s := newState()
		if err := s.recall(text); err == nil || s.known {
			t.Errorf("%s is taken", text)
		}
	}
	s := newState()
	if err := s.recall(`{"name": "The Globe", "channels": {"10": {"name": "stage", "overwrites": 9}}}`); err != nil || !s.context(10).Known {
		t.Errorf("with overwrites that are not there: %v", err)
	}
}
