package discordsim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"troupe/messages"
)

// The wire types are Discord's JSON, as far as it is simulated. IDs are quoted
// numbers.

// A snowflake is an ID in a request: quoted, plain, empty or null.
type snowflake uint64

// UnmarshalJSON reads any of the forms that Discord takes.
func (id *snowflake) UnmarshalJSON(b []byte) error {
	b = bytes.Trim(b, `"`)
	if len(b) == 0 || string(b) == "null" {
		*id = 0
		return nil
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	*id = snowflake(n)
	return err
}

func messageIDOf(id snowflake) messages.MessageID { return messages.MessageID(id) }

// stamp is how Discord writes a time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func quoted[ID ~uint64](ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = decimal(uint64(id))
	}
	return out
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

type wireUser struct {
	ID            uint64      `json:"id,string"`
	Username      string      `json:"username"`
	Discriminator string      `json:"discriminator"`
	GlobalName    *string     `json:"global_name"`
	Avatar        *string     `json:"avatar"`
	Bot           bool        `json:"bot,omitempty"`
	PublicFlags   int         `json:"public_flags"`
	Member        *wireMember `json:"member,omitempty"` // of a mentioned user in an event
}

type wireMember struct {
	User        *wireUser `json:"user,omitempty"`
	Nick        *string   `json:"nick"`
	Avatar      *string   `json:"avatar"`
	Roles       []string  `json:"roles"`
	JoinedAt    string    `json:"joined_at"`
	Deaf        bool      `json:"deaf"`
	Mute        bool      `json:"mute"`
	Flags       int       `json:"flags"`
	Pending     bool      `json:"pending"`
	Permissions string    `json:"permissions,omitempty"` // in an interaction
	GuildID     string    `json:"guild_id,omitempty"`    // in GUILD_MEMBER_UPDATE
}

type wireRole struct {
	ID          uint64    `json:"id,string"`
	Name        string    `json:"name"`
	Permissions string    `json:"permissions"`
	Position    int       `json:"position"`
	Color       int       `json:"color"`
	Hoist       bool      `json:"hoist"`
	Managed     bool      `json:"managed"`
	Mentionable bool      `json:"mentionable"`
	Flags       int       `json:"flags"`
	Tags        *roleTags `json:"tags,omitempty"`
}

type roleTags struct {
	BotID uint64 `json:"bot_id,string"`
}

type wireOverwrite struct {
	ID    uint64 `json:"id,string"`
	Type  int    `json:"type"` // 0: role, 1: member
	Allow uint64 `json:"allow,string"`
	Deny  uint64 `json:"deny,string"`
}

type wireChannel struct {
	ID             uint64          `json:"id,string"`
	Type           int             `json:"type"`
	GuildID        string          `json:"guild_id,omitempty"`
	Name           string          `json:"name,omitempty"`
	Position       int             `json:"position"`
	ParentID       *string         `json:"parent_id"`
	LastMessageID  *string         `json:"last_message_id"`
	Topic          *string         `json:"topic"`
	NSFW           bool            `json:"nsfw"`
	Flags          int             `json:"flags"`
	Permissions    string          `json:"permissions,omitempty"` // in an interaction
	Overwrites     []wireOverwrite `json:"permission_overwrites,omitempty"`
	Recipients     []wireUser      `json:"recipients,omitempty"`
	OwnerID        string          `json:"owner_id,omitempty"`
	ThreadMetadata *threadMetadata `json:"thread_metadata,omitempty"`
	Member         *threadMember   `json:"member,omitempty"`
	MessageCount   int             `json:"message_count,omitempty"`
	MemberCount    int             `json:"member_count,omitempty"`
	NewlyCreated   bool            `json:"newly_created,omitempty"`
}

type threadMetadata struct {
	Archived            bool   `json:"archived"`
	AutoArchiveDuration int    `json:"auto_archive_duration"`
	ArchiveTimestamp    string `json:"archive_timestamp"`
	Locked              bool   `json:"locked"`
}

type threadMember struct {
	ID            uint64 `json:"id,string"`
	UserID        uint64 `json:"user_id,string"`
	JoinTimestamp string `json:"join_timestamp"`
	Flags         int    `json:"flags"`
}

type wireEmoji struct {
	ID            uint64   `json:"id,string"`
	Name          string   `json:"name"`
	Roles         []string `json:"roles"`
	RequireColons bool     `json:"require_colons"`
	Managed       bool     `json:"managed"`
	Animated      bool     `json:"animated"`
	Available     bool     `json:"available"`
}

type wireGuild struct {
	ID              uint64      `json:"id,string"`
	Name            string      `json:"name"`
	Icon            *string     `json:"icon"`
	OwnerID         uint64      `json:"owner_id,string"`
	PreferredLocale string      `json:"preferred_locale"`
	Features        []string    `json:"features"`
	Roles           []wireRole  `json:"roles"`
	Emojis          []wireEmoji `json:"emojis"`
	Stickers        []struct{}  `json:"stickers"`

	ApproximateMembers int `json:"approximate_member_count,omitempty"`
	ApproximatePresent int `json:"approximate_presence_count,omitempty"`

	// Only in GUILD_CREATE.
	JoinedAt    string        `json:"joined_at,omitempty"`
	Large       *bool         `json:"large,omitempty"`
	Unavailable *bool         `json:"unavailable,omitempty"`
	MemberCount int           `json:"member_count,omitempty"`
	Members     []wireMember  `json:"members,omitempty"`
	Channels    []wireChannel `json:"channels,omitempty"`
	Threads     []wireChannel `json:"threads,omitempty"`
	Presences   []struct{}    `json:"presences,omitempty"`
	VoiceStates []struct{}    `json:"voice_states,omitempty"`
}

type wireAttachment struct {
	ID          uint64 `json:"id,string"`
	Filename    string `json:"filename"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	ContentType string `json:"content_type,omitempty"`
}

type wireReference struct {
	Type      int    `json:"type"`
	MessageID uint64 `json:"message_id,string"`
	ChannelID uint64 `json:"channel_id,string"`
	GuildID   string `json:"guild_id,omitempty"`
}

type wireUse struct {
	ID     uint64            `json:"id,string"`
	Type   int               `json:"type"`
	User   wireUser          `json:"user"`
	Owners map[string]string `json:"authorizing_integration_owners"`
}

type wireReaction struct {
	Count int          `json:"count"`
	Me    bool         `json:"me"`
	Emoji wireEmojiRef `json:"emoji"`
}

type wireMessage struct {
	ID              uint64           `json:"id,string"`
	Type            int              `json:"type"`
	ChannelID       uint64           `json:"channel_id,string"`
	GuildID         string           `json:"guild_id,omitempty"`     // events only
	ChannelType     *int             `json:"channel_type,omitempty"` // events only
	Content         string           `json:"content"`
	Timestamp       string           `json:"timestamp"`
	EditedTimestamp *string          `json:"edited_timestamp"`
	Author          wireUser         `json:"author"`
	Member          *wireMember      `json:"member,omitempty"` // events only
	Mentions        []wireUser       `json:"mentions"`
	MentionRoles    []string         `json:"mention_roles"`
	MentionEveryone bool             `json:"mention_everyone"`
	Attachments     []wireAttachment `json:"attachments"`
	Embeds          json.RawMessage  `json:"embeds"`
	Components      json.RawMessage  `json:"components"`
	Reactions       []wireReaction   `json:"reactions,omitempty"`
	Flags           int              `json:"flags"`
	Pinned          bool             `json:"pinned"`
	TTS             bool             `json:"tts"`
	Nonce           string           `json:"nonce,omitempty"`
	ApplicationID   string           `json:"application_id,omitempty"`
	WebhookID       string           `json:"webhook_id,omitempty"`
	Reference       *wireReference   `json:"message_reference,omitempty"`
	Interaction     *wireUse         `json:"interaction_metadata,omitempty"`

	// A pointer to null when the message replied to is gone, and absent when
	// this is no reply.
	Referenced *nullableMessage `json:"referenced_message,omitempty"`
}

type nullableMessage struct{ m *wireMessage }

// MarshalJSON writes null for a message that is gone.
func (n nullableMessage) MarshalJSON() ([]byte, error) { return marshal(n.m), nil }
