// Package discord is the edge to Discord: a gateway client, a REST client and
// the translation of both into [troupe/messages].
//
// Types, endpoints and codes are those of discordgo; the connection and the
// limiter are our own, because a session must be resumable in another process
// and a request that meets a limit must be given back instead of slept on.
//
//   - [Gateway] holds one shard's session. It hands over events in order, and
//     remembers the low-water mark of what was acknowledged, so that a resume
//     brings back whatever was lost in a mailbox.
//   - [REST] sends requests. It never sleeps and never retries: a request that
//     would pass a limit is answered [messages.Limited] without being sent,
//     one that failed [messages.Failure].
//   - [CDN] fetches the files of messages, from Discord alone.
//   - [InviteURL] is where people add the bot to a guild.
//
// Not promised: that an event is handed over only once. What was not yet
// acknowledged when a connection ended comes again. Nor that a request which
// failed was not done: when no answer came, nobody knows.
package discord
