package discord_test

import (
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A subcommand is registered, used and answered with a file, which a repeat does
// not add once more.
func TestSubcommandUsed(t *testing.T) {
	inTown(t, 0, func(t *testing.T, s *town) {
		ctx := t.Context()
		events := s.connect(t)
		app, err := s.rest.Application(ctx)
		check(t, err)
		check(t, s.rest.RegisterCommands(ctx, app.ID, []messages.Command{{
			Name: "memory", Description: "Facts", Subcommands: []messages.Subcommand{
				{Name: "view", Description: "See"},
				{Name: "edit", Description: "Change", Options: []messages.CommandOption{{Name: "text", Description: "What", Required: true}}},
			},
		}}))
		time.Sleep(time.Second)
		_, err = s.UseCommand(discordsim.Use{Person: s.ann, Channel: s.channel, Command: "memory edit", Options: map[string]string{"text": "hi"}})
		check(t, err)
		used := next[*messages.CommandUsed](t, events)
		if used.Name != "memory edit" || used.Options["text"] != "hi" {
			t.Errorf("used %+v", used)
		}
		check(t, s.rest.Ack(ctx, used.Interaction, true))
		var sent messages.Sent
		for range 2 {
			sent, err = s.rest.Respond(ctx, &messages.Response{
				Interaction: used.Interaction, Content: "here", Files: []messages.File{{Name: "all.json", Type: "application/json", Data: []byte("{}")}},
			})
			check(t, err)
		}
		seen, _ := s.Message(s.channel, sent.Message)
		if seen.Content != "here" || seen.Ephemeral != s.ann || len(seen.Attachments) != 1 || seen.Attachments[0].Name != "all.json" {
			t.Errorf("people see %+v", seen)
		}
	})
}
