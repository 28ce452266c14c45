package scenario

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

const (
	startUsage = "start bot"
	stopUsage  = "stop bot                                as SIGTERM does"
	killUsage  = "kill bot                                as SIGKILL does"
)

// connectWait is how long a bot may take to be connected after its start.
const connectWait = time.Minute

// A process is one run of the bot. When it is killed it goes on by itself, but
// reaches nobody any more.
type process struct {
	end  context.CancelFunc
	done chan struct{} // closed when Run has returned
	dead atomic.Bool
}

// over reports whether it has ended.
func (p *process) over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

type starting struct{}

func parseStart(c *cursor) (action, error) { return starting{}, c.expect("bot") }

func (starting) do(s *stage) error {
	if s.process != nil && !s.process.over() {
		return errors.New("the bot runs already")
	}
	p := s.launch()
	// The bot pauses between tries, for times of random length. What follows is not
	// to depend on those.
	const look = 10 * time.Second
	for begun := time.Now(); time.Since(begun) < connectWait; time.Sleep(look) {
		s.bot.Settle()
		if s.connected() {
			return nil
		}
		if p.over() {
			return nil
		}
	}
	s.seen.note("the bot is not connected after " + connectWait.String())
	return nil
}

// launch starts a process. When it ends by itself that is seen.
func (s *stage) launch() *process {
	ctx, end := context.WithCancel(s.ctx)
	p := &process{end: end, done: make(chan struct{})}
	s.process = p
	address := Address{
		Discord: "http://" + discordHost + "/api/v10", CDN: "http://" + discordHost, Gemini: "http://" + geminiHost + "/",
		Token: s.discord.Token(), Key: s.gemini.Key(), Config: s.yaml(),
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if p.dead.Load() {
				return nil, errors.New("the process was killed")
			}
			return s.network.DialContext(ctx, network, addr)
		},
	}
	s.running.Go(func() {
		defer close(p.done)
		if err := s.bot.Run(ctx, address); err != nil && !p.dead.Load() {
			s.seen.note("the bot ends: " + err.Error())
		}
	})
	return p
}

// connected reports whether the bot has a session.
func (s *stage) connected() bool {
	for _, session := range s.discord.Sessions() {
		if session.Connected {
			return true
		}
	}
	return false
}

type stopping struct{}

func parseStop(c *cursor) (action, error) { return stopping{}, c.expect("bot") }

func (stopping) do(s *stage) error {
	if s.process == nil {
		return errors.New("the bot does not run")
	}
	s.process.end()
	<-s.process.done
	s.process = nil
	return nil
}

type killing struct{}

func parseKill(c *cursor) (action, error) { return killing{}, c.expect("bot") }

func (killing) do(s *stage) error {
	if s.process == nil {
		return errors.New("the bot does not run")
	}
	s.bot.Settle()
	if err := s.bot.Kill(); err != nil {
		return err
	}
	s.process.dead.Store(true)
	s.network.Cut()
	s.process.end()
	s.process = nil
	return nil
}
