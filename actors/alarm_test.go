package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// What an alarm is set to comes at the earliest time that it was set to since it rang
// last, once, and not at all if it was unset.
func TestAlarm(t *testing.T) {
	tests := []struct {
		name string
		set  []int // seconds, one after the other; 0 for the zero time, -1 to unset
		want []int // when it rings
	}{
		{"never", nil, nil},
		{"once", []int{3}, []int{3}},
		{"later too", []int{3, 5}, []int{3}},
		{"sooner instead", []int{5, 3}, []int{3}},
		{"not at all", []int{3, 0}, nil},
		{"unset", []int{3, -1}, nil},
		{"unset twice", []int{-1, 3, -1, -1}, nil},
		{"set again", []int{3, 0, 5}, []int{5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				began := time.Now()
				var alarm actors.Alarm
				var got []int
				fake := e.Fake(func(c *actor.Context) {
					switch c.Message() {
					case "begin":
						for _, s := range tt.set {
							switch s {
							case -1:
								alarm.Unset()
							case 0:
								alarm.Set(c, time.Time{}, "ring")
							default:
								alarm.Set(c, began.Add(time.Duration(s)*time.Second), "ring")
							}
						}
					case "ring":
						alarm.Rang()
						got = append(got, int(time.Since(began)/time.Second))
					}
				})
				e.Tell(fake.PID, "begin")
				time.Sleep(time.Minute)
				synctest.Wait()
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Error(d)
				}
			})
		})
	}
}
