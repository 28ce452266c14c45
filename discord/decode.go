package discord

import (
	"encoding/json"
	"errors"
	"fmt"

	"troupe/messages"
)

// A decoder turns dispatches of the gateway into events of [messages]. It
// decodes only what somebody listens to, and of that only the fields that are
// used: a part that Discord adds, such as a new kind of component, cannot
// spoil a message.
type decoder struct {
	bot messages.UserID        // the bot itself; 0 until known
	app messages.ApplicationID // its application; 0 until known
}

// several are the events of one dispatch. Only the last one carries the
// receipt.
type several []any

// event decodes the data of a dispatch. It returns nil when nobody listens to
// it.
func (d *decoder) event(kind string, data []byte, seq int64) (any, error) {
	event, err := d.listen(kind, data, seq)
	if err != nil {
		return nil, fmt.Errorf("decoding %.64s: %w", kind, err)
	}
	return event, nil
}

func (d *decoder) listen(kind string, data []byte, seq int64) (any, error) {
	switch kind {
	case "MESSAGE_CREATE":
		return messageReceived(data, seq)
	case "MESSAGE_UPDATE":
		return messageEdited(data, seq)
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		return messagesDeleted(data, seq)
	case "INTERACTION_CREATE":
		return d.commandUsed(data, seq)
	case "GUILD_CREATE":
		return d.guildSeen(data, seq)
	case "GUILD_DELETE":
		return guildGone(data, seq)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE":
		return channelSeen(data, seq, false)
	case "THREAD_UPDATE":
		return channelSeen(data, seq, true)
	case "CHANNEL_DELETE", "THREAD_DELETE":
		return channelGone(data, seq)
	case "THREAD_LIST_SYNC":
		return threadsSeen(data, seq)
	case "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE":
		return d.threadChanged(kind, data, seq)
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE":
		return roleSeen(data, seq)
	case "GUILD_ROLE_DELETE":
		return roleGone(data, seq)
	case "GUILD_MEMBER_UPDATE":
		return d.memberUpdated(data, seq)
	case "READY":
		return d.sessionStarted(data, seq)
	case "RESUMED":
		return &messages.SessionResumed{Seq: seq}, nil
	}
	return nil, nil //nolint:nilnil // nobody listens
}

// An id is a Discord ID inside a list, where the string option of
// encoding/json does not reach.
type id uint64

// UnmarshalJSON reads the quoted decimal form.
func (i *id) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fmt.Errorf("%.32s is not an ID: Discord's IDs are quoted", b)
	}
	n, err := messages.ParseID[id](string(b[1 : len(b)-1]))
	*i = n
	return err
}

// idsAs converts a list of IDs.
func idsAs[ID ~uint64](ids []id) []ID {
	if len(ids) == 0 {
		return nil
	}
	out := make([]ID, len(ids))
	for i, n := range ids {
		out[i] = ID(n)
	}
	return out
}

// decodeAs decodes data as a T, if need be after it was mended. Data that is null
// is an error, too: there is nothing in it to go by.
func decodeAs[T any](data []byte) (*T, error) {
	var v *T
	if err := json.Unmarshal(data, &v); err != nil {
		mended, beyond := mend(data)
		if v = nil; beyond != nil || json.Unmarshal(mended, &v) != nil {
			return nil, err
		}
	}
	if v == nil {
		return nil, errors.New("the data is null")
	}
	return v, nil
}

// errNameless is the error of data that does not say what it is about.
var errNameless = errors.New("an ID is missing")

func (d *decoder) sessionStarted(data []byte, seq int64) (any, error) {
	r, err := decodeAs[struct {
		User        wireUser `json:"user"`
		Application struct {
			ID messages.ApplicationID `json:"id,string"`
		} `json:"application"`
		Guilds []struct {
			ID messages.GuildID `json:"id,string"`
		} `json:"guilds"`
	}](data)
	if err != nil {
		return nil, err
	}
	if r.User.ID == 0 {
		r.User.ID = d.bot
	}
	if r.User.ID == 0 {
		return nil, errNameless
	}
	d.bot, d.app = r.User.ID, r.Application.ID
	if d.app == 0 {
		d.app = messages.ApplicationID(d.bot) // as it is of all that were made since 2016
	}
	started := &messages.SessionStarted{Bot: r.User.person(""), Application: d.app, Seq: seq}
	for _, g := range r.Guilds {
		started.Guilds = append(started.Guilds, g.ID)
	}
	return started, nil
}
