package config

import (
	"encoding"
	"reflect"
	"strings"
	"time"
)

// A key is one setting as its field declares it, bound to a Config.
type key struct {
	path     string // "gemini.model"
	env      string // "" if there is none
	standard string // the default
	min, max string // "" for no bound
	oneOf    []string
	is       string // a form that the text must have
	value    any    // pointer to the field
}

// keysOf returns the keys of c, in the order of their declaration.
func keysOf(c *Config) []key {
	var keys []key
	eachField(reflect.ValueOf(c).Elem(), func(section reflect.StructField, v reflect.Value) {
		if isSection(section.Type) {
			eachField(v, func(f reflect.StructField, v reflect.Value) {
				keys = append(keys, keyOf(section.Tag.Get("yaml")+"."+f.Tag.Get("yaml"), f.Tag, v))
			})
			return
		}
		keys = append(keys, keyOf(section.Tag.Get("yaml"), section.Tag, v))
	})
	return keys
}

func eachField(v reflect.Value, f func(reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() {
			f(field, v.Field(i))
		}
	}
}

// isSection reports whether t is a group of keys rather than the value of one.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func keyOf(path string, tag reflect.StructTag, v reflect.Value) key {
	return key{
		path:     path,
		env:      tag.Get("env"),
		standard: tag.Get("default"),
		min:      tag.Get("min"),
		max:      tag.Get("max"),
		oneOf:    strings.Fields(tag.Get("one_of")),
		is:       tag.Get("is"),
		value:    v.Addr().Interface(),
	}
}

// section returns what the key is under, "" if it stands alone.
func (k *key) section() string {
	section, _, found := strings.Cut(k.path, ".")
	if !found {
		return ""
	}
	return section
}

// name returns the last part of the path.
func (k *key) name() string { return k.path[strings.LastIndexByte(k.path, '.')+1:] }

// isList reports whether the key takes several values.
func (k *key) isList() bool { return reflect.TypeOf(k.value).Elem().Kind() == reflect.Slice }

// isSecret reports whether the value must never be shown.
func (k *key) isSecret() bool {
	_, secret := k.value.(*Secret)
	return secret
}

// want says what is allowed, to follow "want".
func (k *key) want() string {
	between := ""
	if k.min != "" {
		between = " from " + k.min + " to " + k.max
	}
	if len(k.oneOf) > 0 {
		last := len(k.oneOf) - 1
		return strings.Join(k.oneOf[:last], ", ") + " or " + k.oneOf[last]
	}
	switch k.value.(type) {
	case *bool:
		return "true or false"
	case *int:
		return "a whole number" + between
	case *float64:
		return "a number" + between
	case *time.Duration:
		return "a time such as 90s or 10m," + between
	case *Size:
		return "a size such as 256MiB," + between
	case *Concurrency:
		return "auto, auto:40 or a whole number from 0 to 1000"
	case *Secret:
		return "the secret alone, without spaces and quotes"
	}
	if text, ok := forms()[k.is]; ok {
		return text.want
	}
	if k.isList() {
		return "IDs such as 175928847299117063: in Discord, Settings, Advanced, turn on Developer Mode, then right-click and Copy ID"
	}
	return "a text"
}
