package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxText bounds what a text may come to, in bytes.
const maxText = 1 << 20

// text takes a text: words to the end of the line, or one in quotes, repeated
// and joined to others.
func (c *cursor) text() (string, error) {
	c.rest = strings.TrimLeft(c.rest, " \t")
	if strings.HasPrefix(c.rest, `"`) {
		return c.quoted()
	}
	text := strings.ReplaceAll(c.remainder(), `\n`, "\n")
	if strings.TrimSpace(text) == "" {
		return "", errors.New(`here has to be a text, or one in quotes, such as "line {n}\n" x 30`)
	}
	return text, nil
}

// quoted takes "..." or "..." x 30, and more of them after a plus. In what is
// repeated {n} is the number of the repetition.
func (c *cursor) quoted() (string, error) {
	var b strings.Builder
	for {
		c.rest = strings.TrimLeft(c.rest, " \t")
		literal, err := strconv.QuotedPrefix(c.rest)
		if err != nil || literal[0] != '"' {
			return "", fmt.Errorf(`here has to be a text in quotes, with \n for a new line and \" for a quote: %q`, c.rest)
		}
		c.rest = c.rest[len(literal):]
		text, err := strconv.Unquote(literal)
		if err != nil {
			return "", err
		}
		if err := c.repeat(&b, text); err != nil {
			return "", err
		}
		if !c.accept("+") {
			return b.String(), nil
		}
	}
}

// repeat writes a text as often as is said after it.
func (c *cursor) repeat(b *strings.Builder, text string) error {
	times, numbered := 1, false
	if c.accept("x") {
		var err error
		if times, err = c.number("how often the text comes"); err != nil {
			return err
		}
		numbered = true
	}
	for n := 1; n <= times; n++ {
		one := text
		if numbered {
			one = strings.ReplaceAll(text, "{n}", strconv.Itoa(n))
		}
		if b.Len()+len(one) > maxText {
			return fmt.Errorf("the text is longer than %d bytes", maxText)
		}
		b.WriteString(one)
	}
	return nil
}
