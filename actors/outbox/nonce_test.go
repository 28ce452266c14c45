package outbox

import (
	"math"
	"testing"

	"troupe/messages"
)

// No two messages have one nonce, and Discord takes all of them.
func TestNonce(t *testing.T) {
	seen := map[string]bool{}
	triggers := []messages.MessageID{0, 1, 35, 36, 37, 1295, 1296, 1475929884729911700, math.MaxUint64 - 1, math.MaxUint64}
	revisions := []int{0, 1, 9, 10, 35, 36, 1296, math.MaxInt32, math.MaxUint32}
	for _, trigger := range triggers {
		for _, revision := range revisions {
			for part := range mergedPart + maxParts {
				n := nonce(trigger, revision, part)
				if len(n) > 25 {
					t.Errorf("%q has %d characters", n, len(n))
				}
				if seen[n] {
					t.Errorf("%q names two messages", n)
				}
				seen[n] = true
				if n != nonce(trigger, revision, part) {
					t.Errorf("%q is not determined", n)
				}
			}
		}
	}
}
