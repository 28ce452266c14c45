package config

import (
	"encoding"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
)

// errForm says that a text is not of its key's type. The key says what is.
var errForm = errors.New("not of its type")

// set reads the value from its text, or from several if the key is a list. It
// leaves the value alone if it fails. Its error holds nothing of the text.
func (k *key) set(texts []string) error {
	switch p := k.value.(type) {
	case *[]string:
		*p = texts
		return nil
	case *[]messages.GuildID:
		return setIDs(p, texts)
	case *[]messages.ChannelID:
		return setIDs(p, texts)
	case *[]messages.UserID:
		return setIDs(p, texts)
	}
	if len(texts) != 1 {
		return errForm
	}
	return k.setOne(texts[0])
}

func (k *key) setOne(text string) (err error) {
	switch p := k.value.(type) {
	case *string:
		*p = text
	case *bool:
		err = assign(p, text, func(s string) (bool, error) {
			if s != "true" && s != "false" {
				return false, errForm
			}
			return s == "true", nil
		})
	case *int:
		err = assign(p, text, strconv.Atoi)
	case *float64:
		err = assign(p, text, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case *time.Duration:
		err = assign(p, text, time.ParseDuration)
	case encoding.TextUnmarshaler:
		err = p.UnmarshalText([]byte(text))
	default:
		panic(fmt.Sprintf("config: %s is of type %T, which nothing reads", k.path, k.value))
	}
	if err != nil {
		return errForm
	}
	return nil
}

func assign[T any](p *T, text string, parse func(string) (T, error)) error {
	v, err := parse(text)
	if err == nil {
		*p = v
	}
	return err
}

func setIDs[ID ~uint64](p *[]ID, texts []string) error {
	var ids []ID
	for _, text := range texts {
		id, err := messages.ParseID[ID](strings.TrimSpace(text))
		if err != nil || id == 0 {
			return errForm
		}
		ids = append(ids, id)
	}
	*p = ids
	return nil
}

// texts returns the value as set reads it; a secret as its mask.
func (k *key) texts() []string {
	switch p := k.value.(type) {
	case *[]string:
		return *p
	case *[]messages.GuildID:
		return textsOf(*p)
	case *[]messages.ChannelID:
		return textsOf(*p)
	case *[]messages.UserID:
		return textsOf(*p)
	case *string:
		return []string{*p}
	case *bool:
		return []string{strconv.FormatBool(*p)}
	case *int:
		return []string{strconv.Itoa(*p)}
	case *float64:
		return []string{strconv.FormatFloat(*p, 'f', -1, 64)}
	case *time.Duration:
		return []string{shortDuration(*p)}
	case fmt.Stringer:
		return []string{p.String()}
	}
	panic(fmt.Sprintf("config: %s is of type %T, which nothing writes", k.path, k.value))
}

func textsOf[ID fmt.Stringer](ids []ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return texts
}

// shortDuration writes 10m where Go writes 10m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// number returns a value that has bounds, so that it can be compared.
func number(value any) float64 {
	switch p := value.(type) {
	case *int:
		return float64(*p)
	case *float64:
		return *p
	case *time.Duration:
		return float64(*p)
	case *Size:
		return float64(*p)
	}
	panic(fmt.Sprintf("config: a value of type %T has bounds", value))
}
