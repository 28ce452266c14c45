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
//   - [Can] and [InviteURL] are the arithmetic of permissions.
//
// Not promised: that an event is handed over only once. What was not yet
// acknowledged when a connection ended comes again.
package discord
