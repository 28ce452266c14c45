package discordsim_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// everyOption is a subcommand with an option of each kind, and one without.
var everyOption = []object{
	{"name": "all", "description": "d", "options": []object{{"name": "of", "description": "d", "type": 2, "options": []object{{
		"name": "it", "description": "d", "type": 1, "options": []object{
			{"name": "text", "description": "d", "type": 3, "required": true, "min_length": 2, "max_length": 5},
			{"name": "whole", "description": "d", "type": 4, "min_value": 1, "max_value": 10},
			{"name": "half", "description": "d", "type": 10},
			{"name": "yes", "description": "d", "type": 5},
			{"name": "who", "description": "d", "type": 6},
			{"name": "where", "description": "d", "type": 7},
			{"name": "role", "description": "d", "type": 8},
			{"name": "any", "description": "d", "type": 9},
			{"name": "file", "description": "d", "type": 11},
			{"name": "pick", "description": "d", "type": 4, "choices": []object{{"name": "one", "value": 1}, {"name": "two", "value": 2}}},
		},
	}}}}},
	{"name": "plain", "description": "d"},
}

func (w *town) commands(guild string) string {
	return "/applications/" + w.Application().String() + guild + "/commands"
}

// Commands are listed, created, replaced, changed and deleted; a guild's own
// stand for those of everywhere.
func TestCommands(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	all, own := w.commands(""), w.commands("/guilds/"+w.guild.String())
	names := func(list []discordsim.Command) (out []string) {
		for _, c := range list {
			out = append(out, c.Name+": "+c.Description)
		}
		return out
	}
	first := w.rest("POST", all, object{"name": "ping", "description": "everywhere"}).want(t, 201, `"type":1`, `"application_id"`).id(t)
	if w.rest("POST", all, object{"name": "ping", "description": "replaced"}).want(t, 200).id(t) != first {
		t.Error("a replaced command has another ID")
	}
	w.rest("POST", own, object{"name": "ping", "description": "here"}).want(t, 201, `"guild_id"`)
	if d := cmp.Diff([]string{"ping: here"}, names(w.Commands(w.guild))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"ping: replaced"}, names(w.Commands(0))); d != "" {
		t.Error(d)
	}
	path := all + "/" + first.String()
	w.rest("PATCH", path, object{"description": "changed"}).want(t, 200, `"name":"ping"`, `"description":"changed"`)
	w.rest("GET", path, nil).want(t, 200, "changed")

	var listed []struct {
		ID messages.MessageID `json:"id,string"`
	}
	w.rest("PUT", all, append([]object{{"name": "ping", "description": "kept"}}, everyOption...)).want(t, 200).into(t, &listed)
	if len(listed) != 3 || listed[0].ID != first {
		t.Errorf("%v", listed)
	}
	want := []string{"all of it: d", "ping: kept", "plain: d"}
	if d := cmp.Diff(want, names(w.Commands(0))); d != "" {
		t.Error(d)
	}
	options := w.Commands(0)[0].Options
	if len(options) != 10 || options[9].Choices[1] != (discordsim.Choice{Name: "two", Value: "2"}) || options[4].Kind != discordsim.OptionUser {
		t.Errorf("%+v", options)
	}
	w.rest("DELETE", path, nil).want(t, 204)
	w.rest("GET", path, nil).want(t, 404, `"code":10063`)
	w.rest("PUT", all, []object{}).want(t, 200)
	if got := w.rest("GET", all, nil).want(t, 200); got.body != "[]" {
		t.Errorf("listed %s", got.body)
	}
}

// A command that is not as it must be is refused, and nothing is replaced.
func TestCommandRefused(t *testing.T) {
	long := strings.Repeat("x", 101)
	option := func(o ...object) object { return object{"name": "ok", "description": "d", "options": o} }
	many := make([]object, 101)
	for i := range many {
		many[i] = object{"name": fmt.Sprint("c", i), "description": "d"}
	}
	tests := []struct {
		name string
		body []object
		part string
	}{
		{"no name", []object{{"description": "d"}}, "INVALID_NAME"},
		{"upper case", []object{{"name": "Ping", "description": "d"}}, "INVALID_NAME"},
		{"a blank", []object{{"name": "a b", "description": "d"}}, "INVALID_NAME"},
		{"no description", []object{{"name": "ping"}}, "description"},
		{"a long description", []object{{"name": "ping", "description": long}}, "description"},
		{"twice", []object{everyOption[1], everyOption[1]}, "DUPLICATE_NAME"},
		{"too many", many, `"code":30032`},
		{"required after optional", []object{option(
			object{"name": "a", "description": "d", "type": 3}, object{"name": "b", "description": "d", "type": 3, "required": true},
		)}, "REQUIRED_INVALID"},
		{"an option twice", []object{option(
			object{"name": "a", "description": "d", "type": 3}, object{"name": "a", "description": "d", "type": 3},
		)}, "ALREADY_EXISTS"},
		{"no such type", []object{option(object{"name": "a", "description": "d", "type": 12})}, "CHOICES"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t, discordsim.Config{})
			w.command("before")
			w.rest("PUT", w.commands(""), tt.body).want(t, 400, tt.part)
			if got := w.Commands(0); len(got) != 1 || got[0].Name != "before" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// No more commands are created in a day than Discord lets through; replacing is
// free.
func TestCommandsPerDay(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Commands: discordsim.Limit{Requests: 2, Per: 24 * time.Hour}}}, func(t *testing.T, w *town) {
		w.rest("PUT", w.commands(""), everyOption).want(t, 200)
		w.rest("PUT", w.commands(""), everyOption).want(t, 200)
		w.rest("POST", w.commands(""), object{"name": "third", "description": "d"}).want(t, 400, `"code":30034`)
		time.Sleep(24 * time.Hour)
		w.rest("POST", w.commands(""), object{"name": "third", "description": "d"}).want(t, 201)
	})
}

// A person's client sends only what the command takes.
func TestUseRefused(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	w.rest("PUT", w.commands(""), append([]object{{"name": "admin", "description": "d", "default_member_permissions": "0"}}, everyOption...)).want(t, 200)
	file := map[string]discordsim.File{"file": {Name: "a"}}
	tests := []struct {
		name    string
		command string
		options map[string]string
		files   map[string]discordsim.File
		ok      bool
	}{
		{"unknown", "nothing", nil, nil, false},
		{"empty", "", nil, nil, false},
		{"no subcommand", "all of", nil, nil, false},
		{"no such subcommand", "all of that", nil, nil, false},
		{"a subcommand too many", "plain it", nil, nil, false},
		{"required is missing", "all of it", nil, nil, false},
		{"required is empty", "all of it", map[string]string{"text": ""}, nil, false},
		{"too short", "all of it", map[string]string{"text": "x"}, nil, false},
		{"too long", "all of it", map[string]string{"text": "xxxxxx"}, nil, false},
		{"not a number", "all of it", map[string]string{"text": "xx", "whole": "1.5"}, nil, false},
		{"not a number either", "all of it", map[string]string{"text": "xx", "half": "Inf"}, nil, false},
		{"too small", "all of it", map[string]string{"text": "xx", "whole": "0"}, nil, false},
		{"too large", "all of it", map[string]string{"text": "xx", "whole": "11"}, nil, false},
		{"neither true nor false", "all of it", map[string]string{"text": "xx", "yes": "maybe"}, nil, false},
		{"nobody", "all of it", map[string]string{"text": "xx", "who": "5"}, nil, false},
		{"nowhere", "all of it", map[string]string{"text": "xx", "where": w.ben.String()}, nil, false},
		{"no choice", "all of it", map[string]string{"text": "xx", "pick": "3"}, nil, false},
		{"unknown option", "all of it", map[string]string{"text": "xx", "more": "1"}, nil, false},
		{"text for a file", "all of it", map[string]string{"text": "xx", "file": "1"}, nil, true}, // left out
		{"not for all", "admin", nil, nil, false},
		{"the least", "all of it", map[string]string{"text": "xx"}, nil, true},
		{"a choice by value", "all of it", map[string]string{"text": "xx", "pick": "2"}, file, true},
	}
	for _, tt := range tests {
		_, err := w.UseCommand(discordsim.Use{Person: w.ben, Channel: w.channel, Command: tt.command, Options: tt.options, Files: tt.files})
		var refused *discordsim.Error
		if tt.ok != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Text == "") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := w.UseCommand(discordsim.Use{Person: w.ann, Channel: w.channel, Command: "admin"}); err != nil {
		t.Errorf("the owner: %v", err)
	}
	w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.guild), Deny: discordsim.PermUseCommands})
	if _, err := w.UseCommand(discordsim.Use{Person: w.ben, Channel: w.channel, Command: "plain"}); err == nil {
		t.Error("used without permission")
	}
}
