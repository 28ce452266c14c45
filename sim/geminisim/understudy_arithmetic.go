package geminisim

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
)

var (
	reckoning = regexp.MustCompile(`^(?:.{0,30}?\b(?:what is|what's|whats|what are|how much is|calculate|compute|solve|evaluate|was ist|wie ?viel ist|cu.nto es|combien font|combien fait)\b)?:?\s*(.+?)\s*[=?. ]*$`)
	grouped   = regexp.MustCompile(`(\d),(\d{3})\b`)
	percent   = regexp.MustCompile(`%\s*of\b|\bpercent of\b`)
	root      = regexp.MustCompile(`\b(?:the )?square root of\b`)
)

// reckon does arithmetic, exactly where that is possible.
func reckon(s *scene) (speech, bool) {
	m := reckoning.FindStringSubmatch(s.lower)
	if m == nil || len(m[1]) > 300 {
		return speech{}, false
	}
	sum := m[1]
	for grouped.MatchString(sum) {
		sum = grouped.ReplaceAllString(sum, "$1$2")
	}
	sum = percent.ReplaceAllString(sum, "*0.01*")
	sum = root.ReplaceAllString(sum, "sqrt")
	sum = strings.NewReplacer(
		" plus ", "+", " minus ", "-", " times ", "*", " multiplied by ", "*", " divided by ", "/", " over ", "/",
		" to the power of ", "^", " squared", "^2", " cubed", "^3", " mod ", "%", " x ", "*",
		"**", "^", "×", "*", "·", "*", "÷", "/", "−", "-", " mal ", "*", " geteilt durch ", "/",
	).Replace(sum)
	value, operations, err := calculate(sum)
	switch {
	case errors.Is(err, errNoSum) || operations == 0:
		return speech{}, false
	case err != nil:
		return speech{body: strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."}, true
	}
	return speech{body: "`" + oneLine(strings.ReplaceAll(m[1], "`", "'"), 200) + "` " + show(value)}, true
}

// show writes a number behind its equals sign: exactly, if ten places suffice.
func show(v *big.Rat) string {
	if v.IsInt() {
		return "= **" + shorten(v.Num().String(), 1500) + "**"
	}
	text := strings.TrimRight(v.FloatString(10), "0")
	if back, ok := new(big.Rat).SetString(text); ok && back.Cmp(v) == 0 {
		return "= **" + text + "**"
	}
	return "≈ **" + strings.TrimRight(v.FloatString(6), "0") + "**"
}
