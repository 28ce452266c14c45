package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A file is the configuration file while it is read.
type file struct {
	path     string
	config   *Config
	keys     []key
	problems []problem
}

// readFile sets what the file says. A key without a value keeps its default.
func (c *Config) readFile(path string, text []byte) []problem {
	f := &file{path: path, config: c, keys: keysOf(c)}
	tree, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), 0)
	switch {
	case err != nil:
		f.syntax(err)
		return f.problems
	case len(tree.Docs) > 1 && tree.Docs[1].Body != nil:
		f.report(tree.Docs[1].Body, "a second document begins here: keep to one")
	case len(tree.Docs) > 0:
		f.root(tree.Docs[0].Body)
	}
	return f.problems
}

func (f *file) report(at ast.Node, format string, args ...any) {
	f.problems = append(f.problems, problem{f.origin(at), fmt.Sprintf(format, args...)})
}

func (f *file) origin(n ast.Node) origin {
	return origin{file: f.path, line: n.GetToken().Position.Line}
}

// syntax reports that the file is no YAML. The parser's own text quotes the
// lines around, where secrets may stand.
func (f *file) syntax(err error) {
	at, text := origin{file: f.path}, "this is no YAML"
	if e, ok := errors.AsType[yaml.Error](err); ok {
		at.line = e.GetToken().Position.Line
		if !slices.ContainsFunc(strings.Fields(e.GetMessage()), func(s string) bool { return len(s) > maxShown }) {
			text += ": " + strings.ReplaceAll(e.GetMessage(), "\t", `\t`)
		}
	}
	f.problems = append(f.problems, problem{at, text})
}

func (f *file) root(n ast.Node) {
	entries, ok := f.entries(n, "the file")
	if !ok {
		return
	}
	var names []string
	for _, k := range f.keys {
		name := k.section()
		if name == "" {
			name = k.name()
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, e := range entries {
		name := nameOf(e)
		switch i := f.find(name); {
		case i >= 0:
			f.set(&f.keys[i], e)
		case slices.Contains(names, name):
			f.section(name, e)
		default:
			f.unknown(e, "", names)
		}
	}
}

func (f *file) section(section string, e *ast.MappingValueNode) {
	var names []string
	for _, k := range f.keys {
		if k.section() == section {
			names = append(names, k.name())
		}
	}
	entries, _ := f.entries(e.Value, section)
	for _, e := range entries {
		if i := f.find(section + "." + nameOf(e)); i >= 0 {
			f.set(&f.keys[i], e)
		} else {
			f.unknown(e, " in "+section, names)
		}
	}
}

func (f *file) find(path string) int {
	return slices.IndexFunc(f.keys, func(k key) bool { return k.path == path })
}

// entries returns what is under n, which may be nothing at all.
func (f *file) entries(n ast.Node, what string) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil, true
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	f.report(n, "%s is %s: want keys and their values, such as troupe config init writes", what, kindOf(n))
	return nil, false
}

// unknown reports a key that there is not, with what it is likely a slip of: a
// key beside it, or one of that name elsewhere.
func (f *file) unknown(e *ast.MappingValueNode, in string, names []string) {
	name := nameOf(e)
	hint := "want " + strings.Join(names, ", ")
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if i := slices.IndexFunc(f.keys, func(k key) bool { return k.name() == name }); i >= 0 {
		hint = fmt.Sprintf("did you mean %s?", f.keys[i].path)
	}
	f.report(e.Key, "unknown key %s%s: %s", shown(name), in, hint)
}

func (f *file) set(k *key, e *ast.MappingValueNode) {
	texts, ok := f.texts(k, e.Value)
	if !ok {
		return
	}
	if err := k.set(texts); err != nil {
		f.problems = append(f.problems, k.misfit(f.origin(e.Key), texts))
		return
	}
	f.config.origins[k.path] = f.origin(e.Key)
}

// texts returns what a key is set to; not ok if it is to nothing, or to what no
// key can be set to.
func (f *file) texts(k *key, n ast.Node) (texts []string, ok bool) {
	if list, is := n.(*ast.SequenceNode); is && k.isList() {
		texts = []string{}
		for _, v := range list.Values {
			text, ok := scalar(v)
			if !ok {
				f.report(v, "%s holds %s: want %s", k.path, kindOf(v), k.want())
				return nil, false
			}
			texts = append(texts, text)
		}
		return texts, true
	}
	if n.Type() == ast.NullType {
		return nil, false
	}
	text, ok := scalar(n)
	if !ok {
		f.report(n, "%s is %s: want %s", k.path, kindOf(n), k.want())
	}
	return []string{text}, ok
}

// scalar returns a single value as it is written, so that a number keeps all
// its digits.
func scalar(n ast.Node) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func nameOf(e *ast.MappingValueNode) string { return e.Key.GetToken().Value }

// kindOf names what a node is, for people.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a group of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "an anchor, alias or tag, which are not read here"
	case *ast.NullNode:
		return "nothing"
	}
	return "a single value"
}
