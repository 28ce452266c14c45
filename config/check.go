package config

import (
	"net"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"troupe/messages"
)

// The bounds of words that a question may begin with.
const (
	maxWords   = 20
	maxWordLen = 32 // bytes
)

// A form is what a text may have to look like.
type form struct {
	want string
	fits func(text string) bool
}

// modelName is what Gemini's models are called, tuned ones included.
var modelName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$`)

// forms returns the forms by the name that a field's tag "is" gives them.
func forms() map[string]form {
	return map[string]form{
		"url":        {"an address such as https://example.com/api, without password and query", isURL},
		"address":    {"an address and a port such as 127.0.0.1:8080, or off", isAddress},
		"store":      {`sqlite: and a path, such as sqlite:troupe.db, or "memory:"`, isStore},
		"name":       {"the name of a model, such as gemini-3.5-flash-lite", modelName.MatchString},
		"spare":      {"the name of a model, such as gemini-3.5-flash-lite, or nothing", func(text string) bool { return text == "" || modelName.MatchString(text) }},
		"role_rates": {"at most 20 roles, each with its questions a minute from 0 to 10000, such as 175928847299117063=30", isRoleRate},
		"words":      {"at most 20 words of at most 32 bytes, none empty", isWord},
	}
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func isAddress(text string) bool {
	if text == httpOff {
		return true
	}
	_, port, err := net.SplitHostPort(text)
	n, bad := strconv.ParseUint(port, 10, 16)
	return err == nil && bad == nil && n <= 65535
}

func isStore(text string) bool {
	path, file := strings.CutPrefix(text, "sqlite:")
	return text == "memory:" || file && path != ""
}

func isWord(text string) bool {
	return text != "" && text == strings.TrimSpace(text) && len(text) <= maxWordLen && !strings.ContainsAny(text, "\r\n")
}

// fits reports whether the value is one that is allowed.
func (k *key) fits() bool {
	texts := k.texts()
	if len(k.oneOf) > 0 {
		return texts[0] == k.standard || slices.Contains(k.oneOf, texts[0])
	}
	if form, ok := forms()[k.is]; ok {
		return len(texts) <= maxWords && !slices.ContainsFunc(texts, func(s string) bool { return !form.fits(s) })
	}
	if k.min == "" {
		return true
	}
	n := number(k.value)
	return n >= k.bound(k.min) && n <= k.bound(k.max) // false for what is not a number
}

// bound reads a bound, which is written as a value of the key is.
func (k *key) bound(text string) float64 {
	b := key{path: k.path, value: newLike(k.value)}
	if err := b.setOne(text); err != nil {
		panic("config: the bounds of " + k.path + " are malformed")
	}
	return number(b.value)
}

// newLike returns a pointer to a new value of the type that p points to.
func newLike(p any) any { return reflect.New(reflect.TypeOf(p).Elem()).Interface() }

// maxRate is the most questions a minute that a limit may be set to.
const maxRate = 10000

func isRoleRate(text string) bool {
	_, _, ok := roleRate(text)
	return ok
}

// roleRate reads a role's ID and its questions a minute.
func roleRate(text string) (role messages.RoleID, rate int, ok bool) {
	id, number, _ := strings.Cut(text, "=")
	role, err := messages.ParseID[messages.RoleID](strings.TrimSpace(id))
	if err != nil || role == 0 {
		return 0, 0, false
	}
	rate, err = strconv.Atoi(strings.TrimSpace(number))
	return role, rate, err == nil && rate >= 0 && rate <= maxRate
}

// RoleRates returns the questions a minute of one person by the roles that have
// a limit of their own.
func (l *Limits) RoleRates() map[messages.RoleID]int {
	rates := map[messages.RoleID]int{}
	for _, text := range l.RoleRequestsPerMinute {
		if role, rate, ok := roleRate(text); ok {
			rates[role] = rate
		}
	}
	return rates
}
