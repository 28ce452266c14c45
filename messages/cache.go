package messages

import "time"

// GetAnswer asks the cache for an answer that may be given again. The answer is
// [*CachedAnswer], at once.
type GetAnswer struct {
	Key   string
	Stale bool // one that is too old on a good day will do
}

// CachedAnswer answers [GetAnswer]. It is zero if there is none.
type CachedAnswer struct {
	Text string
	Made time.Time
}

// KeepAnswer tells the cache of an answer that stands in a channel and depends on
// nothing but what its key says. There is no answer.
type KeepAnswer struct {
	Key      string
	Text     string
	Made     time.Time // when the model ended it
	Reused   bool      // it came from the cache: it is not kept anew, if it was forgotten meanwhile
	Channel  ChannelID
	Messages []MessageID // the question, and the messages that hold the answer
	Renew    func() *Job // makes the answer anew, with nobody waiting: each call returns a new job. It is nil if that cannot be
	Weight   int         // bytes of memory that Renew holds, as estimated
}

// ForgetAnswers tells the cache that messages are gone, or a whole channel, or that
// it is not known which are. An answer that one of them asked for or held is not
// given again. There is no answer.
type ForgetAnswers struct {
	Channel  ChannelID   // 0 for all that there are
	Messages []MessageID // nil for all in the channel
}

// AnswerBypassed tells the cache of a question that was not asked of it.
type AnswerBypassed struct{ Why string } // one of the reasons below

// The reasons of [AnswerBypassed].
const (
	BypassContext = "context" // the question may refer to something outside itself
	BypassRevised = "revised" // it was asked anew: another answer is wanted
	BypassUnknown = "unknown" // it is not known who the bot is to be there
)

// GetCache asks the cache how it stands. The answer is [*CacheState].
type GetCache struct{}

// CacheState answers [GetCache]. Bypassed is never changed once sent.
type CacheState struct {
	Entries  int
	Bytes    int            // estimated
	Hits     int            // since the start, as all below
	Misses   int            //
	Bypassed map[string]int // by reason
}
