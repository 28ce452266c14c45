package config

import _ "embed"

//go:embed template.yaml
var template string

// Template returns the file that troupe config init writes: every key with its
// documentation, its default, and the variable that goes before it. It is made
// from the declaration of [Config]: go test ./config -run Template -update.
func Template() string { return template }
