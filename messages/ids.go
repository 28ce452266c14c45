// Package messages is the vocabulary of Troupe: every message one actor may
// send to another, and the nouns they are made of. It imports nothing of ours.
//
// Events are past tense (MessageReceived), commands verb and noun (PostReply),
// queries GetX answered by X. Exported messages travel as pointers and are
// never changed once sent.
package messages

import (
	"fmt"
	"strconv"
	"time"
)

// discordEpoch is the first millisecond of Discord's calendar, 2015-01-01 UTC
// (Discord documentation, Reference: Snowflakes).
const discordEpoch = 1420070400000

// A ChannelID names a Discord channel, thread or direct message. 0 is none.
type ChannelID uint64

// A GuildID names a Discord guild. 0 is none: a direct message.
type GuildID uint64

// A UserID names a Discord user. 0 is none.
type UserID uint64

// A MessageID names a Discord message. 0 is none.
type MessageID uint64

// A RoleID names a role of a guild. 0 is none.
type RoleID uint64

// An InteractionID names an interaction. 0 is none.
type InteractionID uint64

// An ApplicationID names a Discord application. 0 is none.
type ApplicationID uint64

// String returns the decimal form that Discord uses in JSON.
func (id ChannelID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id GuildID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id UserID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id MessageID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id RoleID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id InteractionID) String() string { return strconv.FormatUint(uint64(id), 10) }

// String returns the decimal form that Discord uses in JSON.
func (id ApplicationID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Time returns when the message was made, to the millisecond.
func (id MessageID) Time() time.Time { return snowflakeTime(uint64(id)) }

// Time returns when the interaction was made, to the millisecond.
func (id InteractionID) Time() time.Time { return snowflakeTime(uint64(id)) }

func snowflakeTime(id uint64) time.Time {
	return time.UnixMilli(int64(id>>22) + discordEpoch)
}

// MessageIDAt returns the smallest message ID that could be made at t. It
// serves as a bound when paging through history.
func MessageIDAt(t time.Time) MessageID {
	ms := max(t.UnixMilli()-discordEpoch, 0)
	return MessageID(ms << 22)
}

// ParseID reads the decimal form of an ID. The empty string is 0, as Discord
// leaves out IDs that are none.
func ParseID[ID ~uint64](s string) (ID, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%.32q is not an ID: Discord's IDs are whole numbers", s)
	}
	return ID(n), nil
}
