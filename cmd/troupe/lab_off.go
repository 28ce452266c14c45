//go:build !lab

package main

import "troupe/cmd/bot"

// labBuild says whether this can be stopped and broken by the fault lab.
const labBuild = false

// laboratory changes nothing: this was not built for the fault lab.
func laboratory([]string, *bot.Options) error { return nil }
