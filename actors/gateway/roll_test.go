package gateway

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// role tells a guild of a role; the sequence number tells which event it is.
func role(guild messages.GuildID, seq int64) *messages.RoleSeen {
	return &messages.RoleSeen{Guild: guild, Seq: seq}
}

// told returns which roles the guilds were told of, in order.
func (s *station) told() (seqs []int64) {
	for _, m := range s.guilds.Take() {
		if d, ok := m.(*messages.Deliver); ok {
			seqs = append(seqs, d.Message.(*messages.RoleSeen).Seq)
		}
	}
	return seqs
}

// Guilds are told of themselves, all events of them; what belongs to none is done
// with.
func TestGuildEvents(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		events := []any{
			&messages.GuildSeen{Guild: 2, Seq: 1}, &messages.GuildGone{Guild: 2, Seq: 2},
			&messages.ChannelSeen{Channel: messages.Channel{Guild: 2}, Seq: 3}, &messages.ChannelGone{Guild: 2, Seq: 4},
			&messages.RoleSeen{Guild: 2, Seq: 5}, &messages.RoleGone{Guild: 2, Seq: 6},
			&messages.BotRolesChanged{Guild: 2, Seq: 7}, &messages.BotThreadChanged{Guild: 2, Seq: 8},
		}
		for i, event := range events {
			wantAcks(t, s.tell(event), int64(i+1))
		}
		if got := s.guilds.Take(); len(got) != len(events) {
			t.Errorf("the guild hears %d events, want %d", len(got), len(events))
		}
		wantAcks(t, s.tell(&messages.ChannelSeen{Seq: 9}), 9)
		if got := s.guilds.Take(); len(got) != 0 {
			t.Errorf("no guild hears %v", got)
		}
	})
}

// What a guild has not taken is told again, with all that it was told since, and
// is acknowledged only then; other guilds are not held up.
func TestGuildTakes(t *testing.T) {
	refused := &messages.Refused{Reason: messages.RefusedFull}
	taken := &messages.Taken{}
	for name, tt := range map[string]struct {
		replies []any
		told    []int64
		acks    []int64
	}{
		"at once":           {nil, []int64{1, 2, 3, 4}, []int64{1, 2, 3, 4}},
		"refused":           {[]any{refused}, []int64{1, 3, 1, 2, 4}, []int64{3, 1, 2, 4}},
		"refused again":     {[]any{refused, taken, refused, taken, refused}, []int64{1, 3, 1, 2, 4, 1, 2, 4}, []int64{3, 1, 2, 4}},
		"silent":            {[]any{nil}, []int64{1, 2, 3, 4, 1, 2, 4}, []int64{3, 1, 2, 4}},
		"silent to another": {[]any{taken, taken, nil}, []int64{1, 2, 3, 4, 3}, []int64{1, 2, 4, 3}},
		"the last crashes":  {[]any{taken, taken, taken, &actors.Failed{}}, []int64{1, 2, 3, 4, 4}, []int64{1, 2, 3, 4}},
		"set aside":         {[]any{&actors.Failed{Quarantine: true}}, []int64{1, 2, 3, 4}, []int64{1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				s := newStation(e, nil)
				s.replies = tt.replies
				acks := slices.Concat(s.tell(role(2, 1)), s.tell(role(2, 2)), s.tell(role(7, 3)), s.tell(role(2, 4)))
				time.Sleep(2 * takeWait)
				wantAcks(t, append(acks, s.lines[0].acks()...), tt.acks...)
				if d := cmp.Diff(tt.told, s.told()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

// Whatever a guild answers: what it was told last of each event is in order, and
// all is acknowledged, in order.
func TestGuildHearsInOrder(t *testing.T) {
	for seed := range uint64(50) {
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			dice := rand.New(rand.NewPCG(seed, 0)) // a seed that fails shall fail again
			replies := []any{nil, &messages.Taken{}, &messages.Taken{}, &actors.Failed{}, &messages.Refused{}}
			s := newStation(e, nil)
			for range 30 {
				s.replies = append(s.replies, replies[dice.IntN(len(replies))])
			}
			var acks, want []int64
			for seq := range int64(10) {
				want = append(want, seq)
				acks = append(acks, s.tell(role(2, seq))...)
				if dice.IntN(2) == 0 {
					time.Sleep(time.Duration(dice.Int64N(int64(takeWait))))
				}
			}
			time.Sleep(24 * time.Hour)
			wantAcks(t, append(acks, s.lines[0].acks()...), want...)
			told := s.told()
			last := 0
			for seq := range int64(10) {
				at := len(told) - 1
				for told[at] != seq {
					at--
				}
				if at < last {
					t.Fatalf("seed %d: told last in the order %v", seed, told)
				}
				last = at
			}
		})
	}
}
