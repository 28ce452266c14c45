package main

import "troupe/cmd/bot"

// runCmd runs the bot.
type runCmd struct{ configFlag }

// Run runs the bot until it is told to stop.
func (c *runCmd) Run(s *shell) error {
	cfg, err := s.load(c.configFlag)
	if err != nil {
		return err
	}
	log := s.logger(cfg)
	for _, warning := range cfg.Warnings() {
		log.Warn("configuration", "warning", warning)
	}
	o := bot.Options{Config: cfg, Log: log}
	if err := laboratory(s.environ, &o); err != nil {
		return err
	}
	return bot.Run(s.ctx, o)
}
