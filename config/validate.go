package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// httpOff is the address that serves nothing.
const httpOff = "off"

// Validate returns all that is out of bounds, as [*Invalid], or nil. [Load] has
// done it; it is for what was changed since.
func (c *Config) Validate() error { return invalid(c.check()) }

func (c *Config) check() (problems []problem) {
	for _, k := range keysOf(c) {
		if !k.fits() {
			problems = append(problems, k.misfit(c.origins[k.path], k.texts()))
		}
	}
	return problems
}

// Warnings returns what is allowed and yet likely not meant, a line each.
func (c *Config) Warnings() []string {
	var warnings []string
	warn := func(path, text string) {
		warnings = append(warnings, problem{c.origins[path], path + " " + text}.String())
	}
	if !c.ServesNothing() && !isLocal(c.HTTP) {
		warn("http", "is reached from other machines: whoever can reach "+c.HTTP+" sees the dashboard. Put a proxy that asks who it is before it, or use 127.0.0.1")
	}
	if u, err := url.Parse(c.Discord.APIURL); err == nil && u.Scheme == "http" && !isLocal(withPort(u)) {
		warn("discord.api_url", "is not encrypted: the token travels in the open. Use https")
	}
	if u, err := url.Parse(c.Gemini.APIURL); err == nil && u.Scheme == "http" && !isLocal(withPort(u)) {
		warn("gemini.api_url", "is not encrypted: the key travels in the open. Use https")
	}
	if c.Gemini.SpareModel == c.Gemini.Model {
		warn("gemini.spare_model", "is gemini.model itself, which it cannot stand in for: choose another, or none")
	}
	if c.Store == "memory:" {
		warn("store", "forgets all when the bot stops: questions that are unanswered then stay so")
	}
	return warnings
}

// ServesNothing reports whether http is off.
func (c *Config) ServesNothing() bool { return c.HTTP == httpOff }

func withPort(u *url.URL) string { return net.JoinHostPort(u.Hostname(), "0") }

// isLocal reports whether only this machine reaches the address.
func isLocal(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// RequireDiscord returns an error that says how to get a token, if there is none.
func (c *Config) RequireDiscord() error {
	if c.Discord.Token.IsSet() {
		return nil
	}
	return errors.New("discord.token is not set: make one at https://discord.com/developers/applications, page Bot, Reset Token, " +
		"and set it as DISCORD_TOKEN in the environment. troupe playground needs none")
}

// RequireGemini returns an error that says how to get a key, if there is none.
func (c *Config) RequireGemini() error {
	if c.Gemini.Key.IsSet() {
		return nil
	}
	return errors.New("gemini.key is not set: make one at https://aistudio.google.com/apikey, " +
		"and set it as GEMINI_API_KEY in the environment. troupe playground needs none")
}
