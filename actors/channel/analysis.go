package channel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Learning is who concludes something from what is said. Nobody waits for them.
type Learning struct {
	Users   *actor.PID // the region: whom people tell something of themselves; nil for nobody
	Summary *actor.PID // the analyzer; nil for none
	Lore    *actor.PID // the same
}

// A learned is what a channel knows of what was concluded from what was said in it.
type learned struct {
	stretch stretch
	changes changes
	chunks  chunks
	asked   bool                  // somebody has asked the bot something since it woke up
	loading bool                  // the chunks are being read
	gone    []messages.DerivedKey // what is no more there of what is being read
}

type (
	chunksAsked struct{}
	// chunkKept tags the ask to keep a summary.
	chunkKept struct {
		chunk messages.Chunk
		asker *actor.PID
	}
	// forgotten tags the ask to forget what messages were the source of.
	forgotten struct{ x *forgetting }
)

// A forgetting is a deletion or an edit on its way to what was derived from it.
type forgetting struct {
	*deletion
	messages []messages.MessageID
}

// loadChunks reads the summaries of what was said before.
func (a *channel) loadChunks(c *actor.Context) {
	a.learned.changes.since = time.Now()
	if a.cfg.Learning.Summary != nil {
		a.learned.loading = true
		actors.Ask(c, a.cfg.Journal, &messages.GetKept{Owner: a.cfg.ID.Owner()}, historyWait, chunksAsked{})
	}
}

// chunksLoaded takes them. Without them the channel goes on with what is said.
func (a *channel) chunksLoaded(c *actor.Context, m actors.Answered) {
	found, ok := m.Message.(*messages.KeptFound)
	if !ok {
		a.cfg.Log.Info("going on without summaries", "channel_id", a.cfg.ID, "err", m.Err)
		found = &messages.KeptFound{}
	}
	for i := range found.Derived {
		var chunk messages.Chunk
		d := &found.Derived[i]
		gone := slices.Contains(a.learned.gone, messages.DerivedKey{Owner: d.Owner, Key: d.Key})
		if !gone && json.Unmarshal([]byte(d.Value), &chunk) == nil && d.Key == keyOf(&chunk) {
			a.learned.chunks.add(chunk)
		}
	}
	a.learned.loading, a.learned.gone = false, nil
	a.answerReaders(c)
}

// overheard takes note of a line, and tells the analyzers of a stretch that is long
// enough: of what nobody asks about nothing is summed up.
func (a *channel) overheard(c *actor.Context, id messages.MessageID) {
	full, ok := a.learned.stretch.add(id)
	if !ok {
		return
	}
	if a.learned.asked {
		a.sumUp(c, full.from, full.to)
	}
	if a.place.lore && a.cfg.Learning.Lore != nil {
		a.work(c, a.cfg.Learning.Lore, messages.AnalyzerLore, a.place.guild.Owner(), full.from, full.to)
	}
}

func (a *channel) sumUp(c *actor.Context, from, to messages.MessageID) {
	if a.cfg.Learning.Summary != nil {
		a.work(c, a.cfg.Learning.Summary, messages.AnalyzerSummary, a.cfg.ID.Owner(), from, to)
	}
}

func (a *channel) work(c *actor.Context, to *actor.PID, who messages.Analyzer, owner string, from, last messages.MessageID) {
	c.Send(to, &messages.Work{Piece: messages.Piece{
		Analyzer: who, Owner: owner, Guild: a.place.guild, Channel: a.cfg.ID, From: from, To: last,
	}})
}

// tell tells who asks what they said, so that it may be learned from.
func (a *channel) tell(c *actor.Context, t *messages.Trigger) {
	a.learned.asked = true
	if a.cfg.Learning.Users != nil && t.Kind != messages.TriggerCommand { // a command is no message that can be deleted
		c.Send(a.cfg.Learning.Users, &messages.Deliver{To: uint64(t.Asker.ID), Message: &messages.Said{
			Guild: t.Guild, Channel: t.Channel, Message: t.ID, Person: t.Asker.ID, Text: t.Text,
		}})
	}
}

// concluded takes in what was concluded from a stretch of the channel, or passes it on
// to its guild, unless something of it has changed since it was read.
func (a *channel) concluded(c *actor.Context, m *messages.Learned) {
	sources := sourcesOf(m)
	switch {
	case !a.learned.changes.stand(sources, m.At):
		c.Respond(&messages.LearnedTaken{})
	case m.Chunk == nil:
		c.Engine().SendWithSender(a.cfg.Guilds, &messages.Deliver{To: uint64(m.Pieces[0].Guild), Message: m}, c.Sender())
	default:
		a.keepChunk(c, m)
	}
}

func sourcesOf(m *messages.Learned) (all []messages.Source) {
	if m.Chunk != nil {
		all = append(all, m.Chunk.Sources...)
	}
	for i := range m.Lore {
		all = append(all, m.Lore[i].Sources...)
	}
	return all
}

// keepChunk keeps a summary. An empty one says that there was nothing to sum up.
func (a *channel) keepChunk(c *actor.Context, m *messages.Learned) {
	owner, next := a.cfg.ID.Owner(), a.learned.chunks
	settle := &messages.SettlePieces{Pieces: m.Pieces}
	if m.Chunk.Text != "" {
		value, err := json.Marshal(m.Chunk)
		if err != nil { // it is plain data, which can be written
			panic(err)
		}
		settle.Keep = []messages.Derived{{Owner: owner, Key: keyOf(m.Chunk), Value: string(value), Sources: m.Chunk.Sources}}
		for _, gone := range next.add(*m.Chunk) {
			if key := keyOf(&gone); key != keyOf(m.Chunk) {
				settle.Drop = append(settle.Drop, messages.DerivedKey{Owner: owner, Key: key})
			}
		}
	}
	actors.Ask(c, a.cfg.Journal, settle, journalWait, chunkKept{*m.Chunk, c.Sender()})
}

func (a *channel) chunkKept(c *actor.Context, k chunkKept, m actors.Answered) {
	settled, ok := m.Message.(*messages.Settled)
	if !ok {
		a.reply(c, k.asker, &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryBackoff, Detail: "the summary is not kept"})
		return
	}
	if settled.Done && k.chunk.Text != "" {
		k.chunk.Sources = nil
		a.learned.chunks.add(k.chunk)
	}
	a.reply(c, k.asker, &messages.LearnedTaken{Done: settled.Done})
}

// forgetSources has what was derived from messages forgotten, since they are gone or
// edited. The event is done with only then.
func (a *channel) forgetSources(c *actor.Context, d *deletion, ids []messages.MessageID) {
	now := time.Now()
	for _, id := range ids {
		a.learned.changes.note(id, now)
	}
	if len(ids) == 0 {
		return
	}
	d.open++
	a.askForget(c, &forgetting{d, ids})
}

func (a *channel) askForget(c *actor.Context, x *forgetting) {
	actors.Ask(c, a.cfg.Journal, &messages.ForgetSources{Messages: x.messages}, journalWait, forgotten{x})
}

// sourcesForgotten tells those who had something from the messages. What cannot be
// forgotten is tried again: else it would outlive its source.
func (a *channel) sourcesForgotten(c *actor.Context, x *forgetting, m actors.Answered) {
	found, ok := m.Message.(*messages.SourcesForgotten)
	if !ok {
		a.cfg.Log.Error("what was derived from messages that are gone is not forgotten yet", "channel_id", a.cfg.ID, "err", m.Err)
		actors.After(c, keepPause, forgotten{x})
		return
	}
	owners := map[string][]messages.DerivedKey{}
	for _, key := range found.Dropped {
		owners[key.Owner] = append(owners[key.Owner], key)
	}
	if guild := a.place.guild.Owner(); a.place.lore && owners[guild] == nil {
		owners[guild] = nil // it may be about to keep something from them
	}
	for owner, keys := range owners {
		a.tellOwner(c, owner, &messages.SourcesGone{Messages: x.messages, Dropped: keys})
	}
	a.dealtWith(c, x.deletion)
}

func (a *channel) tellOwner(c *actor.Context, owner string, m *messages.SourcesGone) {
	kind, name, _ := strings.Cut(owner, "/")
	id, err := strconv.ParseUint(name, 10, 64)
	switch {
	case err != nil:
	case kind == "channel" && messages.ChannelID(id) == a.cfg.ID:
		a.sourcesGone(c, m)
	case kind == "user" && a.cfg.Learning.Users != nil:
		c.Send(a.cfg.Learning.Users, &messages.Deliver{To: id, Message: m})
	case kind == "guild":
		c.Send(a.cfg.Guilds, &messages.Deliver{To: id, Message: m})
	}
}

// sourcesGone forgets summaries that something is gone from, and has the stretches
// summed up anew. What is being read may be older than that.
func (a *channel) sourcesGone(c *actor.Context, m *messages.SourcesGone) {
	for _, key := range m.Dropped {
		a.learned.chunks.remove(key.Key)
		if a.learned.loading {
			a.learned.gone = append(a.learned.gone, key)
		}
		if from, to, ok := stretchOf(key.Key); ok {
			a.sumUp(c, from, to)
		}
	}
}

// dealtWith takes note that a part of a deletion is done.
func (a *channel) dealtWith(c *actor.Context, d *deletion) {
	if d.open--; d.open == 0 {
		a.reply(c, d.sender, &messages.Taken{})
	}
}
