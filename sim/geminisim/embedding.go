package geminisim

import (
	"math"
	"strings"
	"unicode"
)

// embed turns a text into a vector of length 1, without a model: a bag of the stems
// of its words, and of their letters by threes, hashed into so many dimensions. Texts
// with the same words in any order and form are the same to it, those with none in
// common are far apart; it knows no synonyms.
func embed(text string, dimensions int) []float32 {
	v := make([]float64, dimensions)
	add := func(feature string, weight float64) {
		h := hashText(feature)
		if h>>63 == 1 {
			weight = -weight
		}
		v[h%uint64(dimensions)] += weight
	}
	for _, s := range stems(text) {
		add(s, 1)
		r := []rune("^" + s + "$")
		for i := range len(r) - 2 {
			add("#"+string(r[i:i+3]), 0.5/math.Sqrt(float64(len(r)-2)))
		}
	}
	return unit(v)
}

// hashText is FNV-1a, stirred so that each of its bits depends on the last letter too.
func hashText(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// unit makes a vector as long as 1. One that has no direction gets one.
func unit(v []float64) []float32 {
	var sum float64
	for _, x := range v {
		sum += x * x
	}
	if sum == 0 {
		v[0], sum = 1, 1
	}
	u := make([]float32, len(v))
	for i, x := range v {
		u[i] = float32(x / math.Sqrt(sum))
	}
	return u
}

// stems returns the words of a text that tell what it is about, each once and without
// its ending. Where there are none it returns all words, and else the signs.
func stems(text string) []string {
	words := strings.FieldsFunc(apart(strings.ToLower(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	})
	var telling, all []string
	seen := map[string]bool{}
	for _, w := range words {
		w = strings.ReplaceAll(w, "’", "'")
		s := stem(strings.Trim(w, "'"))
		if s == "" || seen[s] {
			continue
		}
		seen[s] = true
		all = append(all, s)
		if !strings.Contains(stopWords, " "+w+" ") {
			telling = append(telling, s)
		}
	}
	switch {
	case len(telling) > 0:
		return telling
	case len(all) > 0:
		return all
	default:
		return strings.Fields(text)
	}
}

// apart puts space around each sign of a writing that has no spaces between words.
func apart(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			b.WriteString(" " + string(r) + " ")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// stopWords are those that tell nothing by themselves, in English and German.
const stopWords = " a an the i i'm i've i'd i'll me my mine we we're our us you you're your he she it its it's they their them this that these those " +
	"is am are was were be been being do does did don't doesn't didn't have has had having will would can could should shall may might must " +
	"in on at to of for from with by as and or but so if than then there here about into also just very really too not no yes " +
	"what who where when why how which some any all more most much many now please tell " +
	"der die das den dem des ein eine einen einem einer ich du er sie es wir ihr mich mir dich dir mein meine meinen dein deine ist bin bist sind war " +
	"und oder aber in im am an auf zu von mit für bei aus nach nicht auch nur sehr was wer wo wann wie warum hat habe haben wird "

// stem takes the usual endings of English and German off a word.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	for _, ending := range []string{"ings", "ing", "ies", "ed", "es", "en", "ly", "s", "e", "y", "t"} {
		s, ok := strings.CutSuffix(w, ending)
		if !ok || len([]rune(s)) < 3 || ending == "t" && !strings.HasSuffix(s, "hn") || ending == "s" && strings.HasSuffix(s, "s") {
			continue
		}
		if n := len(s); (ending == "ing" || ending == "ed") && s[n-1] == s[n-2] && !strings.HasSuffix(s, "ll") && !strings.HasSuffix(s, "ss") {
			s = s[:n-1] // running, planned
		}
		return s
	}
	return w
}
