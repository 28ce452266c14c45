package discord

import (
	"time"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// A wireUser is a user as Discord tells it.
type wireUser struct {
	ID         messages.UserID `json:"id,string"`
	Username   string          `json:"username"`
	GlobalName string          `json:"global_name"`
	Bot        bool            `json:"bot"`
}

// person returns the user under the name that is shown: nick if there is one.
func (u *wireUser) person(nick string) messages.User {
	name := nick
	if name == "" {
		name = u.GlobalName
	}
	if name == "" {
		name = u.Username
	}
	return messages.User{ID: u.ID, Name: name, Bot: u.Bot}
}

// A wireMember is a user's membership of a guild as Discord tells it.
type wireMember struct {
	User        *wireUser `json:"user"`
	Nick        string    `json:"nick"`
	Roles       []id      `json:"roles"`
	Permissions uint64    `json:"permissions,string"`
}

// A wireAttachment is a file as Discord tells it.
type wireAttachment struct {
	ID   uint64 `json:"id,string"`
	Name string `json:"filename"`
	Type string `json:"content_type"`
	Size int    `json:"size"`
	URL  string `json:"url"`
}

func (a *wireAttachment) attachment() messages.Attachment {
	return messages.Attachment{ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size, URL: a.URL}
}

// A wireMessage is a message as Discord tells it, as far as we listen.
type wireMessage struct {
	ID              messages.MessageID    `json:"id,string"`
	Channel         messages.ChannelID    `json:"channel_id,string"`
	Guild           messages.GuildID      `json:"guild_id,string"`
	Webhook         uint64                `json:"webhook_id,string"`
	Type            discordgo.MessageType `json:"type"`
	Author          *wireUser             `json:"author"`
	Member          *wireMember           `json:"member"`
	Content         string                `json:"content"`
	Edited          time.Time             `json:"edited_timestamp"`
	MentionEveryone bool                  `json:"mention_everyone"`
	Mentions        []struct {
		ID messages.UserID `json:"id,string"`
	} `json:"mentions"`
	MentionRoles []id             `json:"mention_roles"`
	Attachments  []wireAttachment `json:"attachments"`
	Nonce        any              `json:"nonce"` // a string, or a number from old clients
	Reference    *struct {
		ID messages.MessageID `json:"message_id,string"`
	} `json:"message_reference"`
	Referenced *struct {
		Author  *wireUser `json:"author"`
		Content string    `json:"content"`
	} `json:"referenced_message"`
}

// message returns what we make of it. The error is errNameless when it does
// not say what it is.
func (w *wireMessage) message() (messages.Message, error) {
	if w.ID == 0 || w.Channel == 0 || w.Author == nil {
		return messages.Message{}, errNameless
	}
	m := messages.Message{
		ID:              w.ID,
		Channel:         w.Channel,
		Guild:           w.Guild,
		Content:         w.Content,
		MentionRoles:    idsAs[messages.RoleID](w.MentionRoles),
		MentionEveryone: w.MentionEveryone,
		Edited:          w.Edited,
		Spoken:          spoken(w.Type),
	}
	var nick string
	if w.Member != nil {
		nick = w.Member.Nick
		m.AuthorRoles = idsAs[messages.RoleID](w.Member.Roles)
	}
	m.Author = w.Author.person(nick)
	m.Author.Bot = m.Author.Bot || w.Webhook != 0
	m.Nonce, _ = w.Nonce.(string)
	if len(w.Mentions) > 0 {
		m.Mentions = make([]messages.UserID, len(w.Mentions))
		for i := range w.Mentions {
			m.Mentions[i] = w.Mentions[i].ID
		}
	}
	if len(w.Attachments) > 0 {
		m.Attachments = make([]messages.Attachment, len(w.Attachments))
		for i := range w.Attachments {
			m.Attachments[i] = w.Attachments[i].attachment()
		}
	}
	w.reply(&m)
	return m, nil
}

// reply fills in what m replies to. References of other types, such as
// forwards and pins, are no replies.
func (w *wireMessage) reply(m *messages.Message) {
	if w.Type != discordgo.MessageTypeReply || w.Reference == nil {
		return
	}
	m.ReplyTo = w.Reference.ID
	if w.Referenced == nil {
		return
	}
	m.ReplyToContent = w.Referenced.Content
	if w.Referenced.Author != nil {
		m.ReplyToAuthor = w.Referenced.Author.ID
	}
}

// spoken reports whether a type of message is something said, and not a
// notice.
func spoken(t discordgo.MessageType) bool {
	switch t { //nolint:exhaustive // all others are notices
	case discordgo.MessageTypeDefault, discordgo.MessageTypeReply,
		discordgo.MessageTypeChatInputCommand, discordgo.MessageTypeContextMenuCommand:
		return true
	}
	return false
}

func messageReceived(data []byte, seq int64) (any, error) {
	w, err := decodeAs[wireMessage](data)
	if err != nil {
		return nil, err
	}
	m, err := w.message()
	if err != nil {
		return nil, err
	}
	return &messages.MessageReceived{Message: m, Seq: seq}, nil
}

// messageEdited tells only of people's edits: an embed that unfurls has no
// time of editing, and what bots edit, ourselves above all, is no news.
func messageEdited(data []byte, seq int64) (any, error) {
	w, err := decodeAs[wireMessage](data)
	if err != nil {
		return nil, err
	}
	if w.Edited.IsZero() || w.Author == nil || w.Author.Bot || w.Webhook != 0 {
		return nil, nil //nolint:nilnil // no edit by a person
	}
	m, err := w.message()
	if err != nil {
		return nil, err
	}
	return &messages.MessageEdited{Message: m, Seq: seq}, nil
}

func messagesDeleted(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		ID      messages.MessageID `json:"id,string"`
		IDs     []id               `json:"ids"`
		Channel messages.ChannelID `json:"channel_id,string"`
		Guild   messages.GuildID   `json:"guild_id,string"`
	}](data)
	if err != nil {
		return nil, err
	}
	gone := idsAs[messages.MessageID](w.IDs)
	if w.ID != 0 {
		gone = append(gone, w.ID)
	}
	if len(gone) == 0 || w.Channel == 0 {
		return nil, errNameless
	}
	return &messages.MessagesDeleted{Channel: w.Channel, Guild: w.Guild, Messages: gone, Seq: seq}, nil
}
