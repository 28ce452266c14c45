package discordsim

import (
	"cmp"
	"maps"
	"slices"

	"troupe/messages"
)

// guild returns the guild of the path, which the bot must be in.
func (c *call) guild() (*guild, *Error) {
	g := c.w.guilds[pathID[messages.GuildID](c, "guild")]
	switch {
	case g == nil:
		return nil, errUnknownGuild
	case g.members[c.w.bot.id] == nil:
		return nil, errMissingAccess
	}
	return g, nil
}

func (c *call) getGuild() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := g.wire()
	if c.r.URL.Query().Get("with_counts") == "true" {
		out.ApproximateMembers, out.ApproximatePresent = len(g.members), len(g.members)
	}
	return out, nil
}

func (c *call) listChannels() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := []wireChannel{}
	for _, ch := range g.channels {
		if !ch.thread() {
			out = append(out, c.w.wireChannel(ch))
		}
	}
	return out, nil
}

func (c *call) listRoles() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	return g.wireRoles(), nil
}

func (c *call) listEmojis() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	return g.wireEmojis(), nil
}

// getMember answers of the member in the path, "@me" being the bot.
func (c *call) getMember() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	id := pathID[messages.UserID](c, "user")
	switch {
	case c.r.PathValue("user") == "@me":
		id = c.w.bot.id
	case c.w.users[id] == nil:
		return nil, errUnknownUser
	}
	m := g.members[id]
	if m == nil {
		return nil, errUnknownMember
	}
	return m.wire(true), nil
}

// listMembers pages through the members by ID, for who may use the intent.
func (c *call) listMembers() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	if !c.s.cfg.GuildMembersIntent {
		return nil, errMissingAccess
	}
	limit, err := c.limit(1, 1000)
	if err != nil {
		return nil, err
	}
	after, _ := queryID[messages.UserID](c, "after")
	out := []*wireMember{}
	for _, m := range g.sorted() {
		if m.user.id > after && len(out) < limit {
			out = append(out, m.wire(true))
		}
	}
	return out, nil
}

// sorted returns the members by ID.
func (g *guild) sorted() []*member {
	return slices.SortedFunc(maps.Values(g.members), func(a, b *member) int { return cmp.Compare(a.user.id, b.user.id) })
}

func (c *call) leaveGuild() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	c.w.removeMember(g, c.w.bot)
	return nil, nil
}

type wireUserGuild struct {
	ID          uint64   `json:"id,string"`
	Name        string   `json:"name"`
	Icon        *string  `json:"icon"`
	Owner       bool     `json:"owner"`
	Permissions string   `json:"permissions"`
	Features    []string `json:"features"`
}

// listMyGuilds pages through the bot's guilds by ID.
func (c *call) listMyGuilds() (any, *Error) {
	limit, err := c.limit(200, 200)
	if err != nil {
		return nil, err
	}
	after, _ := queryID[messages.GuildID](c, "after")
	out := []wireUserGuild{}
	for _, g := range c.w.guildsOn([2]int{0, 1}) {
		if g.id > after && len(out) < limit {
			out = append(out, wireUserGuild{
				ID: uint64(g.id), Name: g.name, Owner: g.owner == c.w.bot.id,
				Permissions: decimal(g.permissions(g.members[c.w.bot.id])), Features: []string{},
			})
		}
	}
	return out, nil
}

func (c *call) getChannel() (any, *Error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	return c.w.wireChannel(ch), nil
}

func (c *call) openDirect() (any, *Error) {
	var in struct {
		Recipient snowflake `json:"recipient_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u := c.w.users[messages.UserID(in.Recipient)]
	if u == nil || u.bot {
		return nil, errRecipient
	}
	return c.w.wireChannel(c.w.directOf(u)), nil
}

func (c *call) getUser() (any, *Error) {
	if c.r.PathValue("user") == "@me" {
		return c.w.bot.wire(), nil
	}
	u := c.w.users[pathID[messages.UserID](c, "user")]
	if u == nil {
		return nil, errUnknownUser
	}
	return u.wire(), nil
}

type wireApplication struct {
	ID                uint64     `json:"id,string"`
	Name              string     `json:"name"`
	Icon              *string    `json:"icon"`
	Description       string     `json:"description"`
	BotPublic         bool       `json:"bot_public"`
	BotRequireGrant   bool       `json:"bot_require_code_grant"`
	Bot               *wireUser  `json:"bot,omitempty"`
	VerifyKey         string     `json:"verify_key"`
	Flags             int        `json:"flags"`
	ApproximateGuilds int        `json:"approximate_guild_count"`
	Owner             *wireUser  `json:"owner,omitempty"`
	Team              *struct{}  `json:"team"`
	RPCOrigins        []struct{} `json:"rpc_origins"`
}

func (c *call) getApplication() (any, *Error) {
	bot := c.w.bot.wire()
	return wireApplication{
		ID: uint64(c.w.app), Name: c.w.bot.name, BotPublic: true, Bot: &bot, VerifyKey: bucketHash(c.w.bot.name),
		Flags: c.w.appFlags(), ApproximateGuilds: len(c.w.guildsOn([2]int{0, 1})), RPCOrigins: []struct{}{},
	}, nil
}

type wireGateway struct {
	URL string `json:"url"`
}

func (c *call) getGateway() (any, *Error) { return wireGateway{URL: origin(c.r, "ws")}, nil }

type wireGatewayBot struct {
	URL    string         `json:"url"`
	Shards int            `json:"shards"`
	Starts wireStartLimit `json:"session_start_limit"`
}

type wireStartLimit struct {
	Total       int   `json:"total"`
	Remaining   int   `json:"remaining"`
	ResetAfter  int64 `json:"reset_after"` // milliseconds
	Concurrency int   `json:"max_concurrency"`
}

func (c *call) getGatewayBot() (any, *Error) {
	st := &c.w.starts
	st.refill(c.w.now(), c.s.cfg.Starts)
	return wireGatewayBot{
		URL: origin(c.r, "ws"), Shards: c.s.cfg.Shards,
		Starts: wireStartLimit{
			Total: c.s.cfg.Starts, Remaining: st.left,
			ResetAfter: st.reset.Sub(c.w.now()).Milliseconds(), Concurrency: c.s.cfg.Concurrency,
		},
	}, nil
}

// getFile serves an attachment, as long as its address is signed and not too
// old.
func (c *call) getFile() (any, *Error) {
	a := c.w.files[pathID[uint64](c, "file")]
	q := c.r.URL.Query()
	if a == nil || uint64(a.channel) != pathID[uint64](c, "channel") || a.name != c.r.PathValue("name") ||
		q.Get("hm") != a.signature(q.Get("ex")) || !c.w.now().Before(expiry(q.Get("ex"))) {
		return nil, errGone
	}
	return content{mime: a.mime, data: a.data}, nil
}
