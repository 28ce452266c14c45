package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the template anew")

const preamble = `# The configuration of Troupe.
#
# What begins with #, without a space after it, is a key with its default: take the # away to change it.
# An environment variable, where one is named, goes before this file. An unknown key is an error.
`

// The template is what the declaration of Config says.
func TestTemplate(t *testing.T) {
	want := declared(t)
	if *update {
		if err := os.WriteFile("template.yaml", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if Template() != want {
		t.Errorf("the template is not what config.go declares: go test ./config -run TestTemplate -update")
	}
}

// The template changes nothing, and neither does taking away every #.
func TestTemplateIsDefault(t *testing.T) {
	all := regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`).ReplaceAllString(Template(), "$1$2")
	for name, text := range map[string]string{"as it is": Template(), "all set": all} {
		c := load(t, text)
		for i, k := range keysOf(c) {
			if got, want := k.yaml(), keysOf(Default())[i].yaml(); got != want {
				t.Errorf("%s: %s is %s, want %s", name, k.path, got, want)
			}
			if set := c.origins[k.path].line > 0; set != (name == "all set") {
				t.Errorf("%s: %s is set: %v", name, k.path, set)
			}
		}
	}
}

// Every key has a documentation, in sentences.
func TestDocumented(t *testing.T) {
	docs := documentation(t)
	c := Default()
	for _, k := range keysOf(c) {
		if doc := strings.TrimSpace(docs[k.path]); len(doc) < 10 || !strings.HasSuffix(doc, ".") {
			t.Errorf("%s: %q", k.path, doc)
		}
		if (k.min == "") != (k.max == "") {
			t.Errorf("%s has half of its bounds", k.path)
		}
		if _, known := forms()[k.is]; k.is != "" && !known {
			t.Errorf("%s: there is no form %q", k.path, k.is)
		}
	}
}

// declared makes the template from the keys and the comments of config.go.
func declared(t *testing.T) string {
	t.Helper()
	docs, section := documentation(t), ""
	var b strings.Builder
	b.WriteString(preamble)
	for _, k := range keysOf(Default()) {
		indent := ""
		if k.section() != "" {
			indent = "  "
		}
		if s := k.section(); s != section && s != "" {
			fmt.Fprintf(&b, "\n%s%s:\n", commented("", docs[s]), s)
		} else {
			b.WriteString("\n")
		}
		section = k.section()
		b.WriteString(commented(indent, docs[k.path]))
		var facts []string
		if k.min != "" {
			facts = append(facts, fmt.Sprintf("From %s to %s.", k.min, k.max))
		}
		if len(k.oneOf) > 0 {
			facts = append(facts, "One of "+k.want()+".")
		}
		if k.env != "" {
			facts = append(facts, "Environment: "+k.env+".")
		}
		if len(facts) > 0 {
			b.WriteString(commented(indent, strings.Join(facts, " ")+"\n"))
		}
		fmt.Fprintf(&b, "%s#%s: %s\n", indent, k.name(), k.yaml())
	}
	return b.String()
}

func commented(indent, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(indent + "# " + line)
	}
	return b.String()
}

// documentation returns the comments of the fields of Config and its sections,
// by the path of the key.
func documentation(t *testing.T) map[string]string {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]*ast.StructType{}
	ast.Inspect(source, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			structs[spec.Name.Name], _ = spec.Type.(*ast.StructType)
		}
		return true
	})
	docs := map[string]string{}
	var walk func(name, prefix string)
	walk = func(name, prefix string) {
		for _, f := range structs[name].Fields.List {
			if f.Tag == nil {
				continue
			}
			path := prefix + regexp.MustCompile(`yaml:"(\w+)"`).FindStringSubmatch(f.Tag.Value)[1]
			docs[path] = f.Doc.Text()
			if inner, ok := f.Type.(*ast.Ident); ok && structs[inner.Name] != nil {
				walk(inner.Name, path+".")
			}
		}
	}
	walk("Config", "")
	return docs
}

// load reads a file with this text, which must be right.
func load(t *testing.T, text string, environ ...string) *Config {
	t.Helper()
	c, err := Load(write(t, text), environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, text string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("bot.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "bot.yaml"
}
