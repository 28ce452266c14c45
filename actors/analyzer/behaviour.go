package analyzer

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"troupe/messages"
)

// behaviour is the mind that learns how somebody writes. It asks no model.
func behaviour() Mind {
	return Mind{
		Name: messages.AnalyzerBehaviour, Batch: 50, Gather: 30 * time.Second, Enough: 50, Reads: ReadsNothing,
		Conclude: concludeBehaviour,
	}
}

const (
	maxTopics = 4  // words of one message that may be what it is about
	minTopic  = 4  // letters of one
	maxTopic  = 24 // the same
)

func concludeBehaviour(b *Batch, _ string) (*messages.Learned, error) {
	learned := &messages.Learned{}
	for i := range b.Pieces {
		p := &b.Pieces[i]
		words := wordsOf(p.Text)
		learned.Said = append(learned.Said, messages.SaidNote{
			Message: p.To, Guild: p.Guild, Channel: p.Channel,
			Language: languageOf(p.Text), Words: len(strings.Fields(p.Text)), Casual: isCasual(p.Text), Topics: topicsOf(words),
		})
	}
	return learned, nil
}

// wordsOf returns the words of a text in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
}

// topicsOf returns the first words that may be what a message is about.
func topicsOf(words []string) (topics []string) {
	for _, w := range words {
		letters := len([]rune(w))
		if letters < minTopic || letters > maxTopic || isCommon(w) || slices.Contains(topics, w) {
			continue
		}
		if topics = append(topics, w); len(topics) == maxTopics {
			break
		}
	}
	return topics
}

// isCasual reports whether a text is written as one speaks: without any capital though
// it has several words, or with an emoji.
func isCasual(text string) bool {
	lower, upper, emoji := 0, 0, false
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		case r >= 0x1F300 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF: // pictographs (Unicode Standard, chapter 22)
			emoji = true
		}
	}
	return emoji || upper == 0 && lower > 0 && len(strings.Fields(text)) > 2
}
