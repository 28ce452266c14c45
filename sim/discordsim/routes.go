package discordsim

import (
	"net/http"
	"slices"
	"strings"

	"troupe/sim/fault"
)

// The fault classes of requests. A rule may name several by a prefix and "*".
const (
	ClassMessageCreate fault.Class = "discord.message.create"
	ClassMessageEdit   fault.Class = "discord.message.edit"
	ClassMessageDelete fault.Class = "discord.message.delete"
	ClassMessageBulk   fault.Class = "discord.message.bulk_delete"
	ClassMessageGet    fault.Class = "discord.message.get"
	ClassMessageList   fault.Class = "discord.message.list"
	ClassTyping        fault.Class = "discord.typing"
	ClassPin           fault.Class = "discord.pin"
	ClassPinList       fault.Class = "discord.pin.list"
	ClassReaction      fault.Class = "discord.reaction"
	ClassReactionList  fault.Class = "discord.reaction.list"
	ClassThread        fault.Class = "discord.thread"
	ClassChannel       fault.Class = "discord.channel"
	ClassDirect        fault.Class = "discord.dm"
	ClassGuild         fault.Class = "discord.guild"
	ClassMember        fault.Class = "discord.member"
	ClassUser          fault.Class = "discord.user"
	ClassApplication   fault.Class = "discord.application"
	ClassGatewayGet    fault.Class = "discord.gateway.get"
	ClassCommandList   fault.Class = "discord.command.list"
	ClassCommandPut    fault.Class = "discord.command.put"
	ClassCallback      fault.Class = "discord.interaction.callback"
	ClassFollowUp      fault.Class = "discord.interaction.followup"
	ClassAnswerGet     fault.Class = "discord.interaction.get"
	ClassAnswerEdit    fault.Class = "discord.interaction.edit"
	ClassAnswerDelete  fault.Class = "discord.interaction.delete"
	ClassFile          fault.Class = "discord.cdn"
	classUnknown       fault.Class = "discord.unknown"
)

// Classes returns all fault classes, for help and for checking rules.
func Classes() []fault.Class {
	all := []fault.Class{ClassGateway, ClassEvent, ClassFile}
	for _, rt := range routes(Limits{}) {
		all = append(all, rt.class)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A route is one kind of request.
type route struct {
	pattern string // method and path, without the version
	class   fault.Class
	limit   Limit
	major   string // of the path: what has a limit of its own; "" for nothing
	do      func(*call) (any, *Error)

	bucket string // routes of the same bucket share a limit; by default the route alone
	exempt bool   // from the global limit
	open   bool   // needs no bot token: the path holds one, or it is for all
	hash   string
}

// The two patterns that http.ServeMux cannot hold together, as there are paths
// that fit both.
const (
	unpinPattern = "DELETE /channels/{channel}/messages/pins/{message}"
	clearPattern = "DELETE /channels/{channel}/messages/{message}/reactions"
)

// routes are the requests that are served, with their limits.
func routes(l Limits) []route {
	return slices.Concat(messageRoutes(l), placeRoutes(l), commandRoutes(l))
}

func messageRoutes(l Limits) []route {
	const one = "/channels/{channel}/messages/{message}"
	const reactions = one + "/reactions/{emoji}"
	const ch = "channel"
	return []route{
		{pattern: "POST /channels/{channel}/messages", class: ClassMessageCreate, limit: l.Post, major: ch, do: (*call).createMessage},
		{pattern: "PATCH " + one, class: ClassMessageEdit, limit: l.Edit, major: ch, do: (*call).editMessage},
		{pattern: "DELETE " + one, class: ClassMessageDelete, limit: l.Delete, major: ch, do: (*call).deleteMessage},
		{pattern: "POST /channels/{channel}/messages/bulk-delete", class: ClassMessageBulk, limit: l.BulkDelete, major: ch, do: (*call).bulkDelete},
		{pattern: "GET " + one, class: ClassMessageGet, limit: l.Read, major: ch, do: (*call).getMessage},
		{pattern: "GET /channels/{channel}/messages", class: ClassMessageList, limit: l.Read, major: ch, do: (*call).listMessages},
		{pattern: "POST /channels/{channel}/typing", class: ClassTyping, limit: l.Typing, major: ch, do: (*call).startTyping},

		{pattern: "GET /channels/{channel}/pins", class: ClassPinList, limit: l.Other, major: ch, bucket: "pins", do: (*call).listPins},
		{pattern: "GET /channels/{channel}/messages/pins", class: ClassPinList, limit: l.Other, major: ch, bucket: "pins", do: (*call).pagePins},
		{pattern: "PUT /channels/{channel}/pins/{message}", class: ClassPin, limit: l.Other, major: ch, bucket: "pin", do: (*call).pinMessage},
		{pattern: "PUT /channels/{channel}/messages/pins/{message}", class: ClassPin, limit: l.Other, major: ch, bucket: "pin", do: (*call).pinMessage},
		{pattern: "DELETE /channels/{channel}/pins/{message}", class: ClassPin, limit: l.Other, major: ch, bucket: "pin", do: (*call).unpinMessage},
		{pattern: unpinPattern, class: ClassPin, limit: l.Other, major: ch, bucket: "pin", do: (*call).unpinMessage},

		{pattern: "PUT " + reactions + "/{user}", class: ClassReaction, limit: l.React, major: ch, bucket: "react", do: (*call).addReaction},
		{pattern: "DELETE " + reactions + "/{user}", class: ClassReaction, limit: l.React, major: ch, bucket: "react", do: (*call).removeReaction},
		{pattern: "DELETE " + reactions, class: ClassReaction, limit: l.React, major: ch, bucket: "react", do: (*call).clearReactions},
		{pattern: clearPattern, class: ClassReaction, limit: l.React, major: ch, bucket: "react", do: (*call).clearReactions},
		{pattern: "GET " + reactions, class: ClassReactionList, limit: l.Other, major: ch, do: (*call).listReactions},

		{pattern: "POST /channels/{channel}/threads", class: ClassThread, limit: l.Other, major: ch, do: (*call).createThread},
		{pattern: "POST " + one + "/threads", class: ClassThread, limit: l.Other, major: ch, do: (*call).createThread},
		{pattern: "PUT /channels/{channel}/thread-members/@me", class: ClassThread, limit: l.Other, major: ch, do: (*call).joinThread},
		{pattern: "DELETE /channels/{channel}/thread-members/@me", class: ClassThread, limit: l.Other, major: ch, do: (*call).leaveThread},
	}
}

func placeRoutes(l Limits) []route {
	const ch, g = "channel", "guild"
	return []route{
		{pattern: "GET /channels/{channel}", class: ClassChannel, limit: l.Other, major: ch, do: (*call).getChannel},
		{pattern: "PATCH /channels/{channel}", class: ClassChannel, limit: l.Other, major: ch, do: (*call).editChannel},
		{pattern: "DELETE /channels/{channel}", class: ClassChannel, limit: l.Other, major: ch, do: (*call).deleteChannel},

		{pattern: "GET /guilds/{guild}", class: ClassGuild, limit: l.Other, major: g, do: (*call).getGuild},
		{pattern: "GET /guilds/{guild}/channels", class: ClassGuild, limit: l.Other, major: g, do: (*call).listChannels},
		{pattern: "GET /guilds/{guild}/roles", class: ClassGuild, limit: l.Other, major: g, do: (*call).listRoles},
		{pattern: "GET /guilds/{guild}/emojis", class: ClassGuild, limit: l.Other, major: g, do: (*call).listEmojis},
		{pattern: "GET /guilds/{guild}/threads/active", class: ClassThread, limit: l.Other, major: g, do: (*call).listThreads},
		{pattern: "GET /guilds/{guild}/members", class: ClassMember, limit: l.Other, major: g, do: (*call).listMembers},
		{pattern: "GET /guilds/{guild}/members/{user}", class: ClassMember, limit: l.Other, major: g, do: (*call).getMember},

		{pattern: "GET /users/{user}", class: ClassUser, limit: l.Other, do: (*call).getUser},
		{pattern: "GET /users/@me/guilds", class: ClassUser, limit: l.Other, do: (*call).listMyGuilds},
		{pattern: "DELETE /users/@me/guilds/{guild}", class: ClassUser, limit: l.Other, do: (*call).leaveGuild},
		{pattern: "POST /users/@me/channels", class: ClassDirect, limit: l.Other, do: (*call).openDirect},

		{pattern: "GET /applications/@me", class: ClassApplication, limit: l.Other, do: (*call).getApplication},
		{pattern: "GET /oauth2/applications/@me", class: ClassApplication, limit: l.Other, do: (*call).getApplication},
		{pattern: "GET /gateway", class: ClassGatewayGet, limit: l.Other, open: true, do: (*call).getGateway},
		{pattern: "GET /gateway/bot", class: ClassGatewayGet, limit: l.Other, do: (*call).getGatewayBot},
	}
}

// commandRoutes are those of commands, for everywhere and for one guild, and of
// interactions, whose token stands in for the bot's.
func commandRoutes(l Limits) []route {
	var out []route
	for _, major := range []string{"", "guild"} {
		all := "/applications/{app}/commands"
		if major != "" {
			all = "/applications/{app}/guilds/{guild}/commands"
		}
		out = append(out,
			route{pattern: "GET " + all, class: ClassCommandList, limit: l.Other, major: major, do: (*call).listCommands},
			route{pattern: "PUT " + all, class: ClassCommandPut, limit: l.Other, major: major, do: (*call).overwriteCommands},
			route{pattern: "POST " + all, class: ClassCommandPut, limit: l.Other, major: major, do: (*call).createCommand},
			route{pattern: "GET " + all + "/{command}", class: ClassCommandList, limit: l.Other, major: major, do: (*call).getCommand},
			route{pattern: "PATCH " + all + "/{command}", class: ClassCommandPut, limit: l.Other, major: major, do: (*call).editCommand},
			route{pattern: "DELETE " + all + "/{command}", class: ClassCommandPut, limit: l.Other, major: major, do: (*call).deleteCommand},
		)
	}
	const hook = "/webhooks/{app}/{token}"
	none := Limit{Requests: -1}
	return append(out,
		route{pattern: "POST /interactions/{interaction}/{token}/callback", class: ClassCallback, limit: none, exempt: true, open: true, do: (*call).respond},
		route{pattern: "POST " + hook, class: ClassFollowUp, limit: l.Webhook, major: "token", exempt: true, open: true, do: (*call).followUp},
		route{pattern: "GET " + hook + "/messages/{message}", class: ClassAnswerGet, limit: l.Webhook, major: "token", exempt: true, open: true, do: (*call).getAnswer},
		route{pattern: "PATCH " + hook + "/messages/{message}", class: ClassAnswerEdit, limit: l.Webhook, major: "token", exempt: true, open: true, do: (*call).editAnswer},
		route{pattern: "DELETE " + hook + "/messages/{message}", class: ClassAnswerDelete, limit: l.Webhook, major: "token", exempt: true, open: true, do: (*call).deleteAnswer},
	)
}

// routes makes the handler of all that is served: REST under /api, files, and
// the gateway.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	handlers := map[string]http.HandlerFunc{}
	for _, rt := range routes(s.cfg.Limits) {
		handlers[rt.pattern] = s.handler(rt)
		if method, path, _ := strings.Cut(rt.pattern, " "); rt.pattern != unpinPattern && rt.pattern != clearPattern {
			mux.Handle(method+" /api/{version}"+path, handlers[rt.pattern])
		}
	}
	mux.HandleFunc("DELETE /api/{version}/channels/{channel}/messages/{one}/{two}", func(w http.ResponseWriter, r *http.Request) {
		switch one, two := r.PathValue("one"), r.PathValue("two"); {
		case one == "pins":
			r.SetPathValue("message", two)
			handlers[unpinPattern](w, r)
		case two == "reactions":
			r.SetPathValue("message", one)
			handlers[clearPattern](w, r)
		default:
			s.write(w, failure(errNotFound))
		}
	})
	none := Limit{Requests: -1}
	mux.Handle("GET /attachments/{channel}/{file}/{name}", s.handler(route{
		class: ClassFile, limit: none, exempt: true, open: true, do: (*call).getFile,
	}))
	mux.Handle("/", s.handler(route{
		class: classUnknown, limit: none, do: func(*call) (any, *Error) { return nil, errNotFound },
	}))
	for _, pattern := range []string{"/{$}", resumePath, resumePath + "/{$}"} {
		mux.HandleFunc(pattern, s.serveGateway)
	}
	return mux
}

func (s *Server) handler(rt route) http.HandlerFunc {
	rt.bucket = or(rt.bucket, rt.pattern)
	rt.hash = bucketHash(rt.bucket)
	return func(w http.ResponseWriter, r *http.Request) { s.serve(&rt, w, r) }
}
