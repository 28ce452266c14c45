package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"troupe/config"
)

// configCmd deals with the configuration.
type configCmd struct {
	Show configShowCmd `cmd:"" default:"withargs" help:"Print the configuration in effect, secrets masked, with where each value comes from."`
	Init configInitCmd `cmd:"" help:"Write a commented configuration file."`
}

type configShowCmd struct{ configFlag }

// Run prints the configuration in effect.
func (c *configShowCmd) Run(s *shell) error {
	cfg, err := s.load(c.configFlag)
	if err != nil {
		return err
	}
	return cfg.Print(s.out)
}

type configInitCmd struct {
	File string `arg:"" optional:"" default:"troupe.yaml" help:"The file to write; - for the standard output."`
}

// Run writes the template, and never over a file that is there.
func (c *configInitCmd) Run(s *shell) error {
	if c.File == "-" {
		_, err := fmt.Fprint(s.out, config.Template())
		return err
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // it may come to hold secrets
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: choose another name, or look at it with: troupe config", c.File)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(config.Template())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Wrote %s. Set the token and the key, then: troupe check\n", c.File)
	return err
}
