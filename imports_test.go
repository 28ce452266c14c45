// Package troupe_test holds the direction in which the parts of Troupe may
// import each other.
package troupe_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// may says what each part may import of the rest. "actors/*" stands for every
// package below actors that is not named itself; parts that are not here may
// import anything.
var may = map[string][]string{
	"messages":     {},
	"config":       {"messages"},
	"actors":       {"messages"},
	"actors/*":     {"actors", "messages", "actors/fence"},
	"actors/fence": {}, // texts alone
	"discord":      {"messages"},
	"gemini":       {"messages"},
	"store":        {"messages"},
	"store/*":      {"messages", "store"},
	"web":          {"messages"},
	"web/*":        {"messages"},
	"sim/*":        {"messages", "sim/fault", "sim/memnet"},
	"sim/scenario": {"messages", "sim/*"}, // the two worlds together
	"sim/chaos":    {"messages", "sim/*"}, // as above
	"supervision": {
		"actors", "actors/*", "messages", "config",
	},
}

// edges are the packages that speak to the world. They know no actors, and
// Hollywood is none of their business.
var edges = []string{"messages", "config", "discord", "gemini", "store", "web", "sim"}

// What a package may import is a matter of where it stands, and the compiler
// does not hold to that by itself.
func TestImports(t *testing.T) {
	const mod = "troupe/"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg, ours := strings.CutPrefix(fields[0], mod)
		if !ours {
			continue
		}
		allowed, limited := may[pkg]
		if !limited {
			allowed, limited = may[partOf(pkg)]
		}
		for _, imp := range fields[1:] {
			if imp == "github.com/anthdm/hollywood/actor" && slices.Contains(edges, strings.Split(pkg, "/")[0]) {
				t.Errorf("%s imports Hollywood: edges know no actors", pkg)
			}
			imp, ours := strings.CutPrefix(imp, mod)
			if ours && limited && !slices.Contains(allowed, imp) && !slices.Contains(allowed, partOf(imp)) {
				t.Errorf("%s imports %s", pkg, imp)
			}
		}
	}
}

func partOf(pkg string) string {
	if top, _, deep := strings.Cut(pkg, "/"); deep {
		return top + "/*"
	}
	return pkg
}
