package discordsim

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
)

// A session is what IDENTIFY begins. It outlives its connection for a while,
// and keeps what happens, so that RESUME replays it.
type session struct {
	id      string
	shard   [2]int
	intents int
	plan    *fault.Plan
	begun   time.Time

	mu      sync.Mutex
	bound   int          // of log, in events
	log     []dispatched // the latest events, oldest first
	seq     int64        // of the latest one
	cursor  int64        // the latest one that was written to conn
	conn    *conn        // nil: lost
	lost    time.Time    // since when conn is nil
	resumed int
}

type dispatched struct {
	name string
	data []byte
	due  time.Time // not written before; zero: at once
	cut  bool      // the connection is cut instead of writing it the first time
}

// ClassEvent is the fault class of telling an event to one session. Latency
// holds it, and all that follow it, back; Drop cuts the connection before it.
const ClassEvent fault.Class = "discord.gateway.event"

func (ses *session) wants(e event) bool {
	if e.intents != 0 && ses.intents&e.intents == 0 {
		return false
	}
	return onShard(e.guild, ses.shard)
}

// push adds an event. It never waits.
func (ses *session) push(name string, data []byte) {
	d := dispatched{name: name, data: data}
	if f := ses.plan.Take(ClassEvent); f.Latency > 0 || f.Drop {
		d.due, d.cut = time.Now().Add(f.Latency), f.Drop
	}
	ses.mu.Lock()
	if len(ses.log) >= ses.bound+ses.bound/8 {
		ses.log = append([]dispatched(nil), ses.log[len(ses.log)-ses.bound:]...)
	}
	ses.log = append(ses.log, d)
	ses.seq++
	c := ses.conn
	ses.mu.Unlock()
	c.signal()
}

// A turn is what a connection is to do for its session.
type turn struct {
	frame []byte        // to be written; empty: none
	wait  time.Duration // until there is a frame; 0: until woken
	cut   bool          // the connection is to be cut
	lost  bool          // the reader is so slow that the event is forgotten
}

// next returns what c is to do, with the frame of the event after the last one
// written, if it is due, appended to buf.
func (ses *session) next(c *conn, buf []byte) turn {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.conn != c || ses.cursor >= ses.seq {
		return turn{}
	}
	oldest := ses.seq - int64(len(ses.log)) // the sequence before the first one kept
	if ses.cursor < oldest {
		return turn{lost: true}
	}
	e := &ses.log[ses.cursor-oldest]
	if !e.due.IsZero() {
		if wait := time.Until(e.due); wait > 0 {
			return turn{wait: wait}
		}
		if e.cut {
			e.cut = false
			return turn{cut: true}
		}
	}
	ses.cursor++
	buf = append(buf, `{"t":"`...)
	buf = append(buf, e.name...)
	buf = append(buf, `","s":`...)
	buf = strconv.AppendInt(buf, ses.cursor, 10)
	buf = append(buf, `,"op":0,"d":`...)
	buf = append(buf, e.data...)
	return turn{frame: append(buf, '}')}
}

// attach gives the session a connection that has seen everything up to seq,
// and takes it from the one it had. It returns false when events after seq are
// forgotten.
func (ses *session) attach(c *conn, seq int64) bool {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if seq < ses.seq-int64(len(ses.log)) {
		return false
	}
	if old := ses.conn; old != nil && old != c {
		go old.cut()
	}
	ses.conn, ses.cursor = c, seq
	c.session.Store(ses)
	c.signal()
	return true
}

// detach notes that the connection is gone, unless there is a newer one.
func (ses *session) detach(c *conn, now time.Time) {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.conn == c {
		ses.conn, ses.lost = nil, now
	}
}

func (ses *session) expired(now time.Time, window time.Duration) bool {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.conn == nil && now.Sub(ses.lost) > window
}

// latest returns the sequence number of the latest event.
func (ses *session) latest() int64 {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.seq
}

// resume counts a resume, which ends the replay.
func (ses *session) resume() {
	ses.mu.Lock()
	ses.resumed++
	ses.mu.Unlock()
	ses.push("RESUMED", []byte(`{"_trace":["sim"]}`))
}

func (ses *session) connection() *conn {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.conn
}

// rewind makes the latest n events be written once more, under their own
// sequence numbers.
func (ses *session) rewind(n int) {
	ses.mu.Lock()
	ses.cursor = max(ses.cursor-int64(n), ses.seq-int64(len(ses.log)))
	c := ses.conn
	ses.mu.Unlock()
	c.signal()
}

// A Session is what Sessions shows of a gateway session.
type Session struct {
	ID        string
	Shard     [2]int // number, count
	Intents   int
	Seq       int64 // of the latest event
	Written   int64 // sequence of the latest event written to the socket
	Connected bool
	OnResume  bool // connected to resume_gateway_url
	Resumed   int  // how often
	Since     time.Time
}

// Sessions returns the gateway sessions that are connected or may be resumed.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Session
	for _, ses := range s.world.sessions {
		if ses.expired(s.world.now(), s.cfg.ResumeWindow) {
			continue
		}
		ses.mu.Lock()
		out = append(out, Session{
			ID: ses.id, Shard: ses.shard, Intents: ses.intents, Seq: ses.seq, Written: ses.cursor,
			Connected: ses.conn != nil, OnResume: ses.conn != nil && ses.conn.onResume, Resumed: ses.resumed, Since: ses.begun,
		})
		ses.mu.Unlock()
	}
	return out
}

// starts is the allowance of sessions: so many in 24 h, and one every few
// seconds for each shard number modulo max_concurrency.
type starts struct {
	left  int
	reset time.Time
	next  map[int]time.Time
}

func (st *starts) refill(now time.Time, total int) {
	if st.reset.IsZero() || !now.Before(st.reset) {
		st.left, st.reset = total, now.Add(24*time.Hour)
	}
}

// take counts one IDENTIFY of a shard and tells whether it comes too early.
func (st *starts) take(now time.Time, key int, every time.Duration) (early bool) {
	if st.next == nil {
		st.next = map[int]time.Time{}
	}
	if now.Before(st.next[key]) {
		return true
	}
	st.left--
	st.next[key] = now.Add(every)
	return false
}

// guildsOn returns the bot's guilds on a shard, the oldest first.
func (w *world) guildsOn(shard [2]int) (out []*guild) {
	for _, g := range w.guilds {
		if g.members[w.bot.id] != nil && onShard(g.id, shard) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *guild) int { return cmp.Compare(a.id, b.id) })
	return out
}

// onShard tells whether a guild is told of on a shard; direct messages, which
// are of guild 0, are on the first one (Discord documentation, Sharding).
func onShard(g messages.GuildID, shard [2]int) bool {
	return int(uint64(g)>>22%uint64(shard[1])) == shard[0]
}
