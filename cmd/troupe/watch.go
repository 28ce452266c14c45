package main

import (
	"sync"

	"troupe/sim/discordsim"
	"troupe/web"
)

// Watch calls f with every change, in order. What a message refers to is looked
// up beside the simulated Discord, which stands still while it tells of a change.
func (w world) Watch(f func(web.Change)) (stop func()) {
	var (
		mu      sync.Mutex
		waiting []discordsim.Change
		more    = make(chan struct{}, 1)
		done    = make(chan struct{})
	)
	unwatch := w.sim.Watch(func(c discordsim.Change) {
		mu.Lock()
		waiting = append(waiting, c)
		mu.Unlock()
		select {
		case more <- struct{}{}:
		default:
		}
	})
	go func() {
		for {
			select {
			case <-more:
			case <-done:
				return
			}
			mu.Lock()
			changes := waiting
			waiting = nil
			mu.Unlock()
			for _, c := range changes {
				f(w.change(c))
			}
		}
	}()
	return func() {
		unwatch()
		close(done)
	}
}

func (w world) change(c discordsim.Change) web.Change {
	switch c.Kind {
	case discordsim.MessageDeleted:
		return web.Change{Kind: web.ChangeDeleted, Message: web.Message{ID: c.Message.ID.String(), Channel: c.Message.Channel.String()}}
	case discordsim.TypingStarted:
		return web.Change{Kind: web.ChangeTyping, Message: web.Message{
			Channel: c.Message.Channel.String(),
			Author:  web.Person{ID: c.Message.Author.String(), Name: c.Message.AuthorName, Bot: c.Message.Bot},
		}}
	case discordsim.WorldChanged:
		return web.Change{Kind: web.ChangePlaces}
	case discordsim.MessageCreated, discordsim.MessageEdited:
	}
	return web.Change{Kind: web.ChangeMessage, Message: w.show(c.Message)}
}
