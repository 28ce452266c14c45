package messages

import "time"

// A Post is a new message for a channel.
type Post struct {
	Channel  ChannelID
	Content  string
	ReplyTo  MessageID // 0 for none; a reply to a deleted message is posted without it
	Notify   bool      // who wrote ReplyTo is notified of the reply
	Mentions []UserID  // the only people whose mention in Content notifies them; none for nobody
	Nonce    string    // at most 25 characters; a repeat within minutes returns the first message
	Files    []File
}

// An Edit gives a message of the bot's own another text. It notifies nobody.
type Edit struct {
	Channel ChannelID
	Message MessageID
	Content string
	Files   []File // added to those that are there
}

// A Response answers a command in place of a message of a channel. The first
// one fills in what Discord shows as thinking; it is idempotent. Further ones
// are messages of their own and have no nonce.
type Response struct {
	Interaction Interaction
	Further     bool      // a new message after the first answer
	Message     MessageID // of an earlier further one, to be edited; 0 for the first answer or a new one
	Content     string
	Mentions    []UserID // the only people whose mention in Content notifies them
	Files       []File   // in place of those that are there; none: those stay
	Private     bool     // of a new further one: only who used the command sees it
}

// A File is an attachment that goes out.
type File struct {
	Name string
	Type string // MIME type
	Data []byte
}

// Sent is what a request to Discord has done.
type Sent struct {
	Message MessageID // that was posted or edited
	// Content is the text of the message as Discord tells it. It differs from
	// what was posted when the nonce was known: the first message stands, with
	// the text of then. "" if not told.
	Content string
	Budget  Budget
}

// A Budget is how much room Discord's limit leaves for requests of the same
// kind in the same place, as the last answer told.
type Budget struct {
	Known bool          // false: Discord told no limit
	Limit int           // requests between two resets
	Left  int           // of them, now
	Reset time.Duration // until Left is Limit again
}
