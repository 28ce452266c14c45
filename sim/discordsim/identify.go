package discordsim

import (
	"encoding/json"
	"fmt"
	"strings"
)

type wireIdentify struct {
	Token      string          `json:"token"`
	Intents    *int            `json:"intents"`
	Shard      *[2]int         `json:"shard"`
	Properties json.RawMessage `json:"properties"`
}

type wireReady struct {
	V                int                `json:"v"`
	UserSettings     struct{}           `json:"user_settings"`
	User             wireUser           `json:"user"`
	SessionType      string             `json:"session_type"`
	SessionID        string             `json:"session_id"`
	ResumeGatewayURL string             `json:"resume_gateway_url"`
	Relationships    []struct{}         `json:"relationships"`
	PrivateChannels  []struct{}         `json:"private_channels"`
	Presences        []struct{}         `json:"presences"`
	Guilds           []unavailableGuild `json:"guilds"`
	Application      wireReadyApp       `json:"application"`
	Shard            [2]int             `json:"shard"`
	Trace            []string           `json:"_trace"`
}

type unavailableGuild struct {
	ID          uint64 `json:"id,string"`
	Unavailable bool   `json:"unavailable"`
}

type wireReadyApp struct {
	ID    uint64 `json:"id,string"`
	Flags int    `json:"flags"`
}

// identify begins a session.
func (c *conn) identify(data json.RawMessage) {
	var d wireIdentify
	switch err := json.Unmarshal(data, &d); {
	case c.session.Load() != nil:
		c.close(closeAlready, "Already authenticated.")
		return
	case err != nil || d.Intents == nil || len(d.Properties) == 0:
		c.close(closeDecode, "Error while decoding payload.")
		return
	}
	shard := [2]int{0, 1}
	if d.Shard != nil {
		shard = *d.Shard
	}
	if code, text := c.s.refuse(d, shard); code != 0 {
		c.close(code, text)
		return
	}
	c.s.mu.Lock()
	ses := c.s.world.begin(c, shard, *d.Intents)
	c.s.mu.Unlock()
	if ses == nil {
		c.invalid(false)
	}
}

// refuse returns the close code of an IDENTIFY that is wrong, or 0.
func (s *Server) refuse(d wireIdentify, shard [2]int) (int, string) {
	privileged := 0
	if !s.cfg.MessageContentIntent {
		privileged |= intentContent
	}
	if !s.cfg.GuildMembersIntent {
		privileged |= intentMembers
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.starts.refill(s.world.now(), s.cfg.Starts)
	switch {
	case strings.TrimPrefix(d.Token, "Bot ") != s.cfg.Token, s.world.starts.left <= 0:
		return closeAuthentication, "Authentication failed."
	case shard[1] < 1 || shard[0] < 0 || shard[0] >= shard[1]:
		return closeInvalidShard, "Invalid shard."
	case len(s.world.guildsOn(shard)) > s.cfg.ShardGuilds:
		return closeShardingRequired, "Sharding required."
	case *d.Intents&^intentsKnown != 0:
		return closeInvalidIntents, "Invalid intent(s)."
	case *d.Intents&(privileged|intentPresences) != 0:
		return closeDisallowed, "Disallowed intent(s)."
	}
	return 0, ""
}

// begin makes the session and what it is told first, or returns nil when the
// client identifies too often.
func (w *world) begin(c *conn, shard [2]int, intents int) *session {
	cfg := w.s.cfg
	if w.starts.take(w.now(), shard[0]%cfg.Concurrency, cfg.IdentifyEvery) {
		return nil
	}
	ses := &session{
		id: fmt.Sprintf("%032x", w.newID()), shard: shard, intents: intents,
		plan: cfg.Plan, bound: cfg.Replayable, begun: w.now(),
	}
	ready := wireReady{
		V: c.version, User: w.bot.wire(), SessionType: "normal", SessionID: ses.id, ResumeGatewayURL: c.host + resumePath,
		Relationships: []struct{}{}, PrivateChannels: []struct{}{}, Presences: []struct{}{}, Guilds: []unavailableGuild{},
		Application: wireReadyApp{ID: uint64(w.app), Flags: w.appFlags()}, Shard: shard, Trace: []string{"sim"},
	}
	guilds := w.guildsOn(shard)
	for _, g := range guilds {
		ready.Guilds = append(ready.Guilds, unavailableGuild{ID: uint64(g.id), Unavailable: true})
	}
	ses.push("READY", marshal(ready))
	for _, g := range guilds {
		if intents&intentGuilds != 0 && !g.unavailable {
			ses.push("GUILD_CREATE", marshal(w.wireCreate(g, intents&intentMembers != 0)))
		}
	}
	ses.attach(c, 0)
	w.sessions[ses.id] = ses
	return ses
}

// appFlags tells which privileged intents are granted (Discord documentation,
// Application Flags).
func (w *world) appFlags() int {
	flags := 0
	if w.s.cfg.MessageContentIntent {
		flags |= 1 << 19
	}
	if w.s.cfg.GuildMembersIntent {
		flags |= 1 << 15
	}
	return flags
}

// resume takes up a session that lost its connection.
func (c *conn) resume(data json.RawMessage) {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	switch err := json.Unmarshal(data, &d); {
	case c.session.Load() != nil:
		c.close(closeAlready, "Already authenticated.")
		return
	case err != nil:
		c.close(closeDecode, "Error while decoding payload.")
		return
	case strings.TrimPrefix(d.Token, "Bot ") != c.s.cfg.Token:
		c.close(closeAuthentication, "Authentication failed.")
		return
	}
	c.s.mu.Lock()
	invalid, code := c.s.world.resume(c, d.SessionID, d.Seq)
	c.s.mu.Unlock()
	switch {
	case code != 0:
		c.close(code, "Invalid seq.")
	case invalid:
		c.invalid(false)
	}
}

// resume gives the session to c, with all that happened after seq. Else it
// tells whether the session is invalid, or with which code to close.
func (w *world) resume(c *conn, id string, seq int64) (invalid bool, code int) {
	ses := w.sessions[id]
	if ses != nil && ses.expired(w.now(), w.s.cfg.ResumeWindow) {
		w.end(id)
		ses = nil
	}
	switch {
	case ses == nil:
		return true, 0
	case seq < 0 || seq > ses.latest():
		w.end(id)
		return false, closeInvalidSeq
	case !ses.attach(c, seq):
		w.end(id)
		return true, 0
	}
	ses.resume()
	return false, 0
}

// end forgets a session. Its connection, if any, has none from then on.
func (w *world) end(id string) {
	ses := w.sessions[id]
	delete(w.sessions, id)
	if c := ses.connection(); c != nil {
		ses.detach(c, w.now())
		c.session.Store(nil)
	}
}

// forgetSession makes the connection's session impossible to resume.
func (s *Server) forgetSession(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ses := c.session.Load(); ses != nil && s.world.sessions[ses.id] == ses && ses.connection() == c {
		delete(s.world.sessions, ses.id)
	}
}
