package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// DefaultPath is the file that is read where none is named, if it exists.
const DefaultPath = "troupe.yaml"

// The names of environment variables.
const (
	pathVariable = "TROUPE_CONFIG" // names the file
	ourVariables = "TROUPE_"       // begins those that nobody else uses
)

// maxFile bounds the file, in bytes: what is larger is not it.
const maxFile = 1 << 20

// Default returns the configuration that nobody has changed.
func Default() *Config {
	c := &Config{}
	for _, k := range keysOf(c) {
		if k.isList() || k.standard == "" {
			continue
		}
		if err := k.setOne(k.standard); err != nil {
			panic("config: the default of " + k.path + " is malformed")
		}
	}
	return c
}

// Load reads the file at path, and above it the environment, which is given as
// [os.Environ] does. An empty path is what TROUPE_CONFIG says, else
// [DefaultPath], which may be missing. An empty variable counts as not set.
//
// The error says all that is wrong, as [*Invalid], or that the file cannot be
// read. A missing token or key is none: see [Config.RequireDiscord] and
// [Config.RequireGemini].
func Load(path string, environ []string) (*Config, error) {
	c := Default()
	c.origins = map[string]origin{}
	path, text, err := read(path, environ)
	if err != nil {
		return nil, err
	}
	problems := c.readFile(path, text)
	problems = append(problems, c.readEnvironment(environ)...)
	problems = append(problems, c.check()...)
	if err := invalid(problems); err != nil {
		return nil, err
	}
	return c, nil
}

// read returns the file's name and content.
func read(path string, environ []string) (string, []byte, error) {
	named := path != ""
	if !named {
		path, named = lookup(environ, pathVariable)
	}
	if !named {
		path = DefaultPath
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return path, nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("config %s: there is no such file: make one with troupe config init, or check the path", path)
	case err == nil && info.IsDir():
		return "", nil, fmt.Errorf("config %s: it is a folder: name the file in it", path)
	case err == nil && info.Size() > maxFile:
		return "", nil, fmt.Errorf("config %s: it is larger than 1 MiB: name a configuration, such as troupe config init makes", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", nil, fmt.Errorf("config: %w", err)
	}
	return path, text, nil
}

// lookup returns a variable of the environment that is not empty.
func lookup(environ []string, name string) (string, bool) {
	for _, entry := range slices.Backward(environ) { // the last one counts, as in os/exec
		if n, value, _ := strings.Cut(entry, "="); n == name {
			return value, value != ""
		}
	}
	return "", false
}

// readEnvironment sets what variables say.
func (c *Config) readEnvironment(environ []string) (problems []problem) {
	known := []string{pathVariable} // and those of the keys
	for _, k := range keysOf(c) {
		if k.env == "" {
			continue
		}
		known = append(known, k.env)
		text, found := lookup(environ, k.env)
		if !found {
			continue
		}
		at := origin{env: k.env}
		if err := k.set([]string{text}); err != nil {
			problems = append(problems, k.misfit(at, []string{text}))
			continue
		}
		c.origins[k.path] = at
	}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, ourVariables) || slices.Contains(known, name) {
			continue
		}
		problems = append(problems, problem{origin{env: name}, "there is no such setting: " + likely(name, known)})
	}
	return problems
}

// likely says which of the known variables is meant.
func likely(name string, known []string) string {
	var endings []string
	for _, k := range known {
		if ending, ours := strings.CutPrefix(k, ourVariables); ours {
			endings = append(endings, ending)
		}
	}
	if near := nearest(strings.TrimPrefix(name, ourVariables), endings); near != "" {
		return "did you mean " + ourVariables + near + "?"
	}
	return "troupe config init lists all"
}
