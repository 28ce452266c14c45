package discord

import (
	"slices"

	"troupe/messages"
)

// threadsSeen decodes the threads that came into sight together with their
// channel.
func threadsSeen(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		Guild   messages.GuildID `json:"guild_id,string"`
		Threads []wireChannel    `json:"threads"`
		Members []struct {       // of the bot
			Thread messages.ChannelID `json:"id,string"`
		} `json:"members"`
	}](data)
	if err != nil {
		return nil, err
	}
	var seen several
	for i := range w.Threads {
		c := w.Threads[i].channel(w.Guild)
		if c.ID == 0 {
			return nil, errNameless
		}
		for _, m := range w.Members {
			c.Joined = c.Joined || m.Thread == c.ID
		}
		s := &messages.ChannelSeen{Channel: c}
		if i == len(w.Threads)-1 {
			s.Seq = seq
		}
		seen = append(seen, s)
	}
	if seen == nil {
		return nil, nil //nolint:nilnil // no thread, no news
	}
	return seen, nil
}

// threadChanged decodes who joined and left a thread, as far as it is the bot.
func (d *decoder) threadChanged(kind string, data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		Thread messages.ChannelID `json:"id,string"`
		Guild  messages.GuildID   `json:"guild_id,string"`
		User   messages.UserID    `json:"user_id,string"`
		Added  []struct {
			User messages.UserID `json:"user_id,string"`
		} `json:"added_members"`
		Removed []id `json:"removed_member_ids"`
	}](data)
	if err != nil {
		return nil, err
	}
	if w.Thread == 0 {
		return nil, errNameless
	}
	// THREAD_MEMBER_UPDATE is only ever told of the bot itself.
	joined := kind == "THREAD_MEMBER_UPDATE" && (w.User == 0 || w.User == d.bot)
	for _, m := range w.Added {
		joined = joined || m.User == d.bot
	}
	if !joined && !slices.Contains(w.Removed, id(d.bot)) {
		return nil, nil //nolint:nilnil // somebody else
	}
	return &messages.BotThreadChanged{Channel: w.Thread, Guild: w.Guild, Joined: joined, Seq: seq}, nil
}

func roleSeen(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		Guild messages.GuildID `json:"guild_id,string"`
		Role  wireRole         `json:"role"`
	}](data)
	if err != nil {
		return nil, err
	}
	if w.Guild == 0 || w.Role.ID == 0 {
		return nil, errNameless
	}
	return &messages.RoleSeen{Guild: w.Guild, Role: w.Role.role(), Seq: seq}, nil
}

func roleGone(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		Guild messages.GuildID `json:"guild_id,string"`
		Role  messages.RoleID  `json:"role_id,string"`
	}](data)
	if err != nil {
		return nil, err
	}
	if w.Guild == 0 || w.Role == 0 {
		return nil, errNameless
	}
	return &messages.RoleGone{Guild: w.Guild, Role: w.Role, Seq: seq}, nil
}

// memberUpdated tells which roles the bot has; other members are not listened
// to.
func (d *decoder) memberUpdated(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		Guild messages.GuildID `json:"guild_id,string"`
		User  wireUser         `json:"user"`
		Roles []id             `json:"roles"`
	}](data)
	if err != nil {
		return nil, err
	}
	if w.Guild == 0 || w.User.ID == 0 {
		return nil, errNameless
	}
	if w.User.ID != d.bot {
		return nil, nil //nolint:nilnil // somebody else
	}
	return &messages.BotRolesChanged{Guild: w.Guild, Roles: idsAs[messages.RoleID](w.Roles), Seq: seq}, nil
}
