package scenario

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/sim/memnet"
)

// A Bot is what is put on the stage. Its functions are called one after the
// other, but for Run, which others may overlap.
type Bot struct {
	// Run runs the bot until ctx ends, or it ends by itself. It returns when
	// nothing is left of it.
	Run func(ctx context.Context, a Address) error
	// Kill is called when the process is about to be killed: what the bot keeps
	// is from then on what is on its disk now. The Run under way goes on to its
	// end, but without a network.
	Kill func() error
	// Settle returns when all that can happen has happened, before time moves on.
	Settle func()
}

// An Address is where a bot finds its world.
type Address struct {
	Discord, CDN, Gemini string // base URLs
	Token, Key           string // that are accepted there
	Config               string // the settings of the script, as YAML
	Dial                 func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Hosts of the simulated network.
const (
	discordHost = "discord.test"
	geminiHost  = "gemini.test"
)

// opening is when every scenario begins, if that is not over.
func opening() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC) }

// A stage is a script under way. It belongs to the goroutine that plays it.
type stage struct {
	ctx     context.Context
	script  *Script
	bot     Bot
	plan    *fault.Plan
	discord *discordsim.Server
	gemini  *geminisim.Server
	network *memnet.Network
	servers []*http.Server
	running sync.WaitGroup // the bot's processes and the servers

	book       *book
	seen       *recorder
	config     []configure
	overwrites map[overwritten]messages.Overwrite
	shown      []string      // what the script asked to see
	exact      time.Duration // of the times in the transcript; 0 for no times
	silent     bool          // there is no transcript
	process    *process      // nil while the bot does not run
}

// overwritten is whose permissions are not the guild's in a channel.
type overwritten struct {
	channel messages.ChannelID
	who     uint64
}

// Run plays a script and returns it with the transcript of what was seen. It
// waits on the clock: in a testing/synctest bubble that takes no time. The error
// is an [*Error] about the script; what the bot does wrong is in the transcript.
func Run(ctx context.Context, script *Script, bot Bot) (*Script, error) {
	time.Sleep(time.Until(opening()))
	s := newStage(ctx, script, bot)
	defer s.close()
	played := script.bare()
	for i := range played.lines {
		l := &played.lines[i]
		if l.step.action == nil {
			continue
		}
		begun := time.Now()
		if err := l.step.action.do(s); err != nil {
			if wrong, ok := errors.AsType[*Error](err); ok {
				return nil, wrong
			}
			return nil, &Error{script.name, l.step.number, err.Error()}
		}
		bot.Settle()
		l.transcript = s.transcript(begun)
	}
	return played, nil
}

func newStage(ctx context.Context, script *Script, bot Bot) *stage {
	s := &stage{
		ctx: ctx, script: script, bot: bot, plan: fault.NewPlan(), network: memnet.New(),
		seen: &recorder{}, overwrites: map[overwritten]messages.Overwrite{}, exact: time.Millisecond,
	}
	cfg := discordsim.Config{Plan: s.plan, BotName: botName, CDN: "http://" + discordHost, MessageContentIntent: true}
	for _, l := range script.lines {
		if given, ok := l.step.action.(setting); ok {
			given.set(&cfg)
		}
	}
	s.discord = discordsim.New(cfg)
	s.gemini = geminisim.New(geminisim.Config{Plan: s.plan, Answer: echo})
	s.book = newBook(s.discord.Bot())
	s.discord.Watch(s.seen.change)
	s.serve(discordHost, s.discord)
	s.serve(geminiHost, s.gemini)
	return s
}

func (s *stage) serve(host string, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	s.servers = append(s.servers, server)
	listener := s.network.Listen(host)
	s.running.Go(func() { _ = server.Serve(listener) }) // it ends when it is closed
}

// close ends the bot, then its world, and waits until nothing is left.
func (s *stage) close() {
	if s.process != nil {
		s.process.end()
		<-s.process.done
	}
	s.discord.Close()
	s.gemini.Close()
	s.network.Cut()
	for _, server := range s.servers {
		_ = server.Close() // of connections that were cut
	}
	s.running.Wait()
}

// guildOf returns the guild of a channel, 0 for direct messages.
func (s *stage) guildOf(id messages.ChannelID) messages.GuildID {
	for _, c := range s.discord.Channels() {
		if c.ID == id {
			return c.Guild
		}
	}
	return 0
}
