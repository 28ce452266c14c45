package outbox

import (
	"strconv"
	"strings"

	"troupe/messages"
)

// mergedPart is the number of the first part of an answer to several people, in
// nonces: such a message is another one than the first asker's own.
const mergedPart = 18

// nonce names one message to Discord, so that posting it again returns the
// first one (Discord documentation, Create Message: nonce, enforce_nonce). It
// depends on nothing but what is answered: any instance on any node makes the
// same. A trigger takes at most 13 characters, a revision that fits into 32
// bits 6 and a part 1: with two dashes 22, of the 25 that Discord takes.
func nonce(trigger messages.MessageID, revision, part int) string {
	return strconv.FormatUint(uint64(trigger), 36) + "-" +
		strconv.FormatUint(uint64(uint32(revision)), 36) + "-" + //nolint:gosec // more revisions than that are not made
		strconv.FormatInt(int64(part), 36)
}

// partNonce returns the nonce of the i-th part of an answer to several people, of
// which the first part's is known.
func partNonce(first string, i int) string {
	return first[:strings.LastIndexByte(first, '-')+1] + strconv.FormatInt(int64(mergedPart+i), 36)
}
