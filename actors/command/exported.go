package command

import (
	"time"

	"troupe/messages"
)

func choicesOf(c *messages.Consent) *exportedChoices {
	k := &exportedChoices{Memory: c.Memory, Profile: c.Profile, Private: c.Private}
	if c.After != 0 {
		since := timeOf(c.After)
		k.Since = &since
	}
	return k
}

// profileOf returns nil if nothing is known.
func profileOf(p *messages.Profile) *exportedProfile {
	if p.Messages == 0 {
		return nil
	}
	k := &exportedProfile{
		Messages: p.Messages, Language: p.Language, Words: p.Words, Brief: p.Brief, Lengthy: p.Lengthy, Casual: p.Casual,
		Topics: p.Topics, Hours: p.Hours,
	}
	if p.Rhythm > 0 {
		k.Rhythm = p.Rhythm.String()
	}
	return k
}

// writingOf returns how a message was written. Which one it was its source says.
func writingOf(d *messages.Derived, n *messages.SaidNote) exportedWriting {
	k := exportedWriting{Language: n.Language, Words: n.Words, Casual: n.Casual, Topics: n.Topics}
	for _, s := range d.Sources {
		if s.Message != 0 {
			k.Written, k.Source = timeOf(s.Message), linkIf(n.Guild, n.Channel, s.Message)
		}
	}
	return k
}

// questionOf leaves out what the question replies to, which is another's, and how
// Discord is answered.
func questionOf(t *messages.Trigger) exportedQuestion {
	q := exportedQuestion{
		Asked: timeOf(t.ID), How: string(t.Kind), Channel: t.Channel.String(), Text: t.Text,
		ReplyTo: linkIf(t.Guild, t.Channel, t.ReplyTo), Locale: t.Locale, Outcome: string(t.State), Answer: t.Final,
	}
	if t.Guild != 0 {
		q.Server = t.Guild.String()
	}
	if t.Kind != messages.TriggerCommand {
		q.Source = linkIf(t.Guild, t.Channel, t.ID)
	}
	for _, a := range t.Attachments {
		q.Files = append(q.Files, exportedFile{a.Name, a.Type, a.Size})
	}
	for _, r := range t.Roles {
		q.Roles = append(q.Roles, r.String())
	}
	for _, part := range t.Parts {
		q.Answered = append(q.Answered, linkIf(t.Guild, t.Channel, part))
	}
	return q
}

// linkIf returns the address of a message, "" if there is none.
func linkIf(guild messages.GuildID, channel messages.ChannelID, message messages.MessageID) string {
	if message == 0 {
		return ""
	}
	return link(guild, channel, message)
}

// timeOf returns when a message was made, in UTC; zero if there is none.
func timeOf(message messages.MessageID) time.Time {
	if message == 0 {
		return time.Time{}
	}
	return message.Time().UTC()
}
