package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version string

// versionCmd prints what this is.
type versionCmd struct{}

// Run prints the version, and the one of Go.
func (versionCmd) Run(s *shell) error {
	_, err := fmt.Fprintf(s.out, "troupe %s (%s, %s/%s)\n", versionName(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// versionName returns the release, or else the commit that this was built of.
func versionName() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "development, commit " + s.Value[:12]
			}
		}
	}
	return "development"
}
