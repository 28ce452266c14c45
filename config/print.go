package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Print writes the configuration as YAML, each value with where it comes from.
// Secrets are masked.
func (c *Config) Print(w io.Writer) error {
	var b bytes.Buffer
	section := ""
	for _, k := range keysOf(c) {
		indent := ""
		if k.section() != "" {
			indent = "  "
		}
		if s := k.section(); s != section && s != "" {
			fmt.Fprintf(&b, "%s:\n", s)
		}
		section = k.section()
		fmt.Fprintf(&b, "%s%s: %s  # %s\n", indent, k.name(), k.yaml(), oneLine(c.origins[k.path].String()))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// oneLine keeps a comment from ending early, whatever a path may hold.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// yaml returns the value as it is written in the file.
func (k *key) yaml() string {
	texts := k.texts()
	if !k.isList() {
		return k.scalar(texts[0])
	}
	values := make([]string, len(texts))
	for i, text := range texts {
		values[i] = k.scalar(text)
	}
	return "[" + strings.Join(values, ", ") + "]"
}

// plain is what needs no quotes to be read as the text that it is.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*$`)

func (k *key) scalar(text string) string {
	switch k.value.(type) {
	case *string, *[]string, *Secret:
		if plain.MatchString(text) && !isWordOfYAML(text) {
			return text
		}
		return quote(text)
	}
	return text
}

// isWordOfYAML reports whether YAML reads the text as something else.
func isWordOfYAML(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return true
	}
	return false
}

// quote writes the text in double quotes, as JSON and YAML both read it.
func quote(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // a string can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
