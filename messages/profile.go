package messages

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Profile is how somebody talks to the bot, as far as it is known. The zero value
// tells nothing.
type Profile struct {
	Messages int           // that it is made of: the latest
	Language string        // that they mostly write, as an ISO 639-1 code; "" if none stands out
	Words    int           // in a message of theirs, the median
	Brief    bool          // they write few words
	Lengthy  bool          // they write many
	Casual   bool          // they write as one speaks: no capitals, emojis
	Topics   []string      // words that come back, the most frequent first
	Hours    []int         // of the day, in UTC, in which they mostly write
	Rhythm   time.Duration // the median time between two messages of one conversation; 0 if unknown
}

// A SaidNote is how one message was written, not what it said.
type SaidNote struct {
	Message  MessageID `json:"-"`
	Language string    `json:"l,omitzero"`
	Words    int       `json:"w,omitzero"`
	Casual   bool      `json:"c,omitzero"`
	Topics   []string  `json:"t,omitzero"` // at most 4 words
	Guild    GuildID   `json:"g,omitzero"`
	Channel  ChannelID `json:"p,omitzero"`
}

// What makes a profile.
const (
	leastSaid = 8 // messages, for it to tell anything

	majority = 0.6 // share of the messages that a language or a tone needs more than

	brief   = 6  // words of the median message, at most
	lengthy = 40 // at least

	topicIn   = 3 // messages that a topic is in, at least
	maxTopics = 5

	hourIn    = 3    // messages written in an hour of the day, at least
	hourShare = 0.15 // of all, at least

	conversation = 30 * time.Minute // between two messages of one
)

// ProfileOf returns how somebody writes who wrote these messages, the eldest first.
// What of it is to be told somewhere is made of those alone that may be known there.
func ProfileOf(said []SaidNote) Profile {
	p := Profile{Messages: len(said)}
	if len(said) < leastSaid {
		return p
	}
	var words []int
	languages, topics, hours := map[string]int{}, map[string]int{}, map[int]int{}
	casual, inLanguage := 0, 0
	for i := range said {
		n := &said[i]
		words = append(words, n.Words)
		hours[n.Message.Time().UTC().Hour()]++
		if n.Casual {
			casual++
		}
		if n.Language != "" {
			languages[n.Language]++
			inLanguage++
		}
		countTopics(topics, n.Topics)
	}
	p.Words = median(words)
	p.Brief, p.Lengthy, p.Casual = p.Words <= brief, p.Words >= lengthy, outweighs(casual, len(said))
	for language, n := range languages {
		if outweighs(n, inLanguage) {
			p.Language = language
		}
	}
	p.Topics = mostFrequent(topics)
	p.Hours = slices.Sorted(func(yield func(int) bool) {
		for hour, n := range hours {
			if n >= hourIn && float64(n) >= hourShare*float64(len(said)) && !yield(hour) {
				return
			}
		}
	})
	p.Rhythm = rhythm(said)
	return p
}

func outweighs(n, all int) bool { return float64(n) > majority*float64(all) }

// countTopics counts each word once for a message.
func countTopics(counts map[string]int, words []string) {
	once := map[string]bool{}
	for _, w := range words {
		if w = strings.ToLower(w); !once[w] {
			once[w] = true
			counts[w]++
		}
	}
}

func mostFrequent(topics map[string]int) []string {
	maps.DeleteFunc(topics, func(_ string, n int) bool { return n < topicIn })
	words := slices.SortedFunc(maps.Keys(topics), func(a, b string) int {
		return cmp.Or(topics[b]-topics[a], strings.Compare(a, b))
	})
	return words[:min(len(words), maxTopics)]
}

// rhythm returns the median time between two messages that follow one another in a
// channel, of one conversation; 0 if there are none.
func rhythm(said []SaidNote) time.Duration {
	var gaps []time.Duration
	last := map[ChannelID]time.Time{}
	for i := range said {
		at := said[i].Message.Time()
		if before, ok := last[said[i].Channel]; ok && at.Sub(before) < conversation {
			gaps = append(gaps, at.Sub(before))
		}
		last[said[i].Channel] = at
	}
	return median(gaps)
}

// median returns the upper one where there are two; 0 of nothing.
func median[N cmp.Ordered](all []N) (m N) {
	if len(all) == 0 {
		return m
	}
	slices.Sort(all)
	return all[len(all)/2]
}
