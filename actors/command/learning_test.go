package command

import "testing"

// Where the operator has turned learning off nothing is promised that is not done; what
// does less still can be chosen.
func TestLearnsNothing(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options []string
		refused bool
	}{
		{"memory on", nil, true},
		{"memory off", nil, false},
		{"privacy choose", []string{"what", "memory", "value", "on"}, true},
		{"privacy choose", []string{"what", "profile", "value", "on"}, true},
		{"privacy choose", []string{"what", "profile", "value", "off"}, false},
		{"privacy choose", []string{"what", "private", "value", "on"}, false},
		{"lore on", nil, true},
		{"lore off", nil, false},
	} {
		for _, learns := range []bool{false, true} {
			f := testFacts()
			if !learns {
				f.analyzers = nil
			}
			p := f.planned(byManager(used(tt.name, tt.options...)))
			want := tt.refused && !learns
			if got := len(p.asks) == 0; got != want || want && p.say(nil, noon) != sayLearnsNothing() {
				t.Errorf("%s %v, learning %v: refused %v", tt.name, tt.options, learns, got)
			}
		}
	}
}
