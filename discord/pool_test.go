package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// A pool runs jobs as the router of Discord's requests does: so many at once,
// and what meets a limit is parked until the wait has passed; then one probes,
// and each that gets through lets twice as many follow.
type pool struct {
	slots int

	mu     sync.Mutex
	wake   *sync.Cond
	queue  int // jobs not yet begun
	parked int
	until  time.Time // of the parked ones; zero: not limited
	window int
	out    int // woken and not yet through
	tries  int
}

// jobs is how many a pool is given.
const jobs = 50

// run runs a job so many times; it is to fail only by meeting a limit.
func (p *pool) run(job func() error) error {
	p.wake = sync.NewCond(&p.mu)
	p.queue = jobs
	left := jobs
	failed := make(chan error, p.slots)
	for range p.slots {
		go func() { failed <- p.work(&left, job) }()
	}
	var all error
	for range p.slots {
		all = errors.Join(all, <-failed)
	}
	return all
}

func (p *pool) work(left *int, job func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wake.Broadcast()
	for *left > 0 {
		probe := false
		switch now := time.Now(); {
		case !p.until.IsZero() && p.parked > 0 && p.out < p.window && !p.until.After(now):
			p.parked--
			p.out++
			probe = true
		case p.until.IsZero() && p.queue > 0:
			p.queue--
		default:
			p.wake.Wait()
			continue
		}
		p.tries++
		p.mu.Unlock()
		err := job()
		p.mu.Lock()
		if probe {
			p.out--
		}
		limited, ok := errors.AsType[*messages.Limited](err)
		switch {
		case ok:
			p.park(limited.Wait)
		case err != nil:
			*left = 0
			return err
		default:
			*left--
			if probe {
				p.window *= 2
			}
		}
		p.wake.Broadcast()
	}
	return nil
}

func (p *pool) park(wait time.Duration) {
	p.parked += 1 + p.queue // the jobs of one key are parked together
	p.queue = 0
	p.window = 1
	if until := time.Now().Add(wait); until.After(p.until) {
		p.until = until
		time.AfterFunc(wait, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.wake.Broadcast()
		})
	}
}

const roundTrip = 50 * time.Millisecond

// Fifty posts to one channel that has no limit go as fast as ten slots allow,
// but for the few round trips in which the limiter finds out that there is none.
func TestManyPostsUnlimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := play(t, func(c *RESTConfig) {
			c.Count = nil
			c.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
				time.Sleep(roundTrip)
				return answerWith(200, `{"id":"9"}`), nil
			})
		}, nil)
		began := time.Now()
		p := pool{slots: 10}
		err := p.run(func() error {
			_, err := d.Post(context.Background(), &messages.Post{Channel: 5, Content: "hi"})
			return err
		})
		if took := time.Since(began); err != nil || took >= 600*time.Millisecond {
			t.Errorf("%v, took %v", err, took)
		}
		if p.tries > jobs+20 {
			t.Errorf("%d tries of 50 posts", p.tries)
		}
	})
}

// With a limit of five in five seconds Discord has nothing to refuse, and no
// window goes unused.
func TestManyPostsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &windows{limit: 5, span: 5 * time.Second}
		var mu sync.Mutex
		d := play(t, func(c *RESTConfig) {
			c.Count = nil
			c.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
				time.Sleep(roundTrip / 2)
				mu.Lock()
				w, ok := server.take(time.Now())
				mu.Unlock()
				if !ok {
					t.Error("refused")
				}
				time.Sleep(roundTrip / 2)
				return answerWith(200, `{"id":"9"}`, "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", fmt.Sprint(w.left),
					"X-RateLimit-Reset-After", fmt.Sprintf("%.3f", w.reset.Seconds()),
					"X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(w.end.UnixMilli())/1000), "X-RateLimit-Bucket", "b"), nil
			})
		}, nil)
		began := time.Now()
		p := pool{slots: 10}
		err := p.run(func() error {
			_, err := d.Post(context.Background(), &messages.Post{Channel: 5, Content: "hi"})
			return err
		})
		if took := time.Since(began); err != nil || took < 45*time.Second || took > 48*time.Second {
			t.Errorf("%v, took %v", err, took)
		}
		if p.tries > jobs+100 {
			t.Errorf("%d tries of 50 posts", p.tries)
		}
	})
}

// serveSlowly is a Discord on loopback that takes a round trip for each post.
func serveSlowly(b *testing.B) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(roundTrip)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"9"}`))
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// Fifty posts to one channel, ten at once, 50 ms each.
func BenchmarkFiftyPosts(b *testing.B) {
	r, err := NewREST(RESTConfig{Token: botToken, BaseURL: serveSlowly(b)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r.limiter = newLimiter(0)
		p := pool{slots: 10}
		if err := p.run(func() error {
			_, err := r.Post(context.Background(), &messages.Post{Channel: 5, Content: "hi"})
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// The same through discordgo's own session, which holds a bucket's lock for the
// whole round trip.
func BenchmarkFiftyPostsDiscordgo(b *testing.B) {
	base := serveSlowly(b)
	s, err := discordgo.New("Bot " + botToken)
	if err != nil {
		b.Fatal(err)
	}
	own := newTransport()
	s.Client = &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = "http", base[len("http://"):]
		return own.RoundTrip(r)
	})}
	for b.Loop() {
		p := pool{slots: 10}
		if err := p.run(func() error {
			_, err := s.ChannelMessageSend("5", "hi")
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
