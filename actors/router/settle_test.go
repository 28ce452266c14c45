package router

import (
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What cannot have reached the upstream is given back, whether it is tried again or not.
func TestUnsentIsGivenBack(t *testing.T) {
	unsent := &messages.Failure{Cause: messages.CauseUnreachable, Unsent: true}
	sent := &messages.Failure{Cause: messages.CauseUnreachable, Usage: messages.Usage{Total: 3}}
	for _, tt := range []struct {
		result any
		want   messages.Settle
	}{
		{unsent, messages.Settle{Failure: unsent}},
		{sent, messages.Settle{Failure: sent, Usage: sent.Usage, Sent: true}},
		{&messages.TryAgain{Failure: unsent}, messages.Settle{Failure: unsent}},
		{&messages.TryAgain{Failure: sent}, messages.Settle{Failure: sent, Usage: sent.Usage, Sent: true}},
		{&messages.Limited{}, messages.Settle{}},
		{"else", messages.Settle{Sent: true}},
	} {
		if _, got := settlement(tt.result); cmp.Diff(tt.want, *got) != "" {
			t.Errorf("%+v: settled with %+v", tt.result, got)
		}
	}
}
