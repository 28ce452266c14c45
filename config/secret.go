package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// mask is what is shown in place of a secret.
const mask = "[hidden]"

// A Secret is a text that is never shown: whatever prints, logs or encodes it
// gets a mask. It holds a pointer, since fmt looks into the unexported fields
// of a struct without asking their methods. Two that are equal need not be ==.
type Secret struct{ text *string }

// MakeSecret returns the secret that reveals text.
func MakeSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text, for the one who sends it where it belongs.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsSet reports whether there is a text.
func (s Secret) IsSet() bool { return s.text != nil }

// String returns a mask, or "" if nothing is set.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return mask
}

// GoString returns a mask.
func (s Secret) GoString() string { return fmt.Sprintf("config.Secret(%q)", s.String()) }

// Format writes a mask, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = io.WriteString(f, text) // fmt.State keeps what is written
}

// LogValue returns a mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns a mask, for JSON and all that is like it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML returns a mask.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// UnmarshalText sets the secret. Its error does not hold it.
func (s *Secret) UnmarshalText(text []byte) error {
	t := strings.TrimSpace(string(text))
	switch {
	case t == mask:
		return errors.New("it is what is shown in place of the secret")
	case strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\'' }):
		return errors.New("it holds a space, a quote or a letter that no secret has")
	}
	*s = MakeSecret(t)
	return nil
}
