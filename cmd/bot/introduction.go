package bot

import (
	"context"
	"fmt"
	"sync"

	"troupe/actors/gateway"
	"troupe/discord"
	"troupe/messages"
)

// An introduction is the first shard's connection, made before there are actors:
// from a server that does not serve GET /users/@me it is only the gateway that
// tells who the bot is. The shard's actor takes it over, with all that came until
// then.
type introduction struct {
	*discord.Gateway
	met   chan messages.User // capacity 1
	stop  context.CancelFunc
	ended chan struct{} // closed when the connection has ended
	err   error         // why, when it has

	mu      sync.Mutex
	hooks   *gateway.Hooks // nil until an actor has taken over
	pending []func(gateway.Hooks)
}

// introduce connects and waits until the gateway has told who the bot is.
func (b *bot) introduce(ctx context.Context) (messages.User, error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	i := &introduction{met: make(chan messages.User, 1), stop: stop, ended: make(chan struct{})}
	i.Gateway = b.connection(0, messages.Session{}, gateway.Hooks{
		Handle:        i.handle,
		Changed:       func(s messages.Session) { i.tell(func(h gateway.Hooks) { h.Changed(s) }) },
		Alive:         func() { i.tell(func(h gateway.Hooks) { h.Alive() }) },
		Lost:          func() { i.tell(func(h gateway.Hooks) { h.Lost() }) },
		MissingIntent: func() { i.tell(func(h gateway.Hooks) { h.MissingIntent() }) },
	})
	go func() {
		defer close(i.ended)
		i.err = i.Gateway.Run(running)
	}()
	b.introduced.Store(i)
	select {
	case self := <-i.met:
		return self, nil
	case <-i.ended:
		return messages.User{}, i.err
	case <-ctx.Done():
		return messages.User{}, fmt.Errorf("nothing tells who the bot is, neither GET /users/@me nor READY of the gateway: %w", ctx.Err())
	}
}

func (i *introduction) handle(event any) {
	if m, ok := event.(*messages.SessionStarted); ok {
		select {
		case i.met <- m.Bot:
		default: // another session
		}
	}
	i.tell(func(h gateway.Hooks) { h.Handle(event) })
}

// tell calls a hook, or keeps the call for who takes over. Events that are not
// acknowledged are bounded by the connection's credit.
func (i *introduction) tell(call func(gateway.Hooks)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.hooks == nil {
		i.pending = append(i.pending, call)
		return
	}
	call(*i.hooks)
}

// takeOver tells the hooks all that came until now, and what comes from now on.
func (i *introduction) takeOver(hooks gateway.Hooks) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.hooks = &hooks
	for _, call := range i.pending {
		call(hooks)
	}
	i.pending = nil
}

// Run returns when the connection that runs already ends, or ends it with ctx.
func (i *introduction) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, i.stop)()
	<-i.ended
	return i.err
}

// leave ends the connection if no actor has taken it over.
func (i *introduction) leave() {
	i.stop()
	<-i.ended
}
