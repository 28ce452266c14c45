package command

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// say answers a command.
func (a *command) say(c *actor.Context, id messages.InteractionID) {
	if o := a.state.open[id]; o != nil {
		a.respond(c, o.used, o.response(), saying{id})
	}
}

// respond has Discord's router send a response.
func (a *command) respond(c *actor.Context, u *messages.CommandUsed, r *messages.Response, tag any) {
	discord := a.cfg.Discord
	a.job(c, &messages.Job{
		Kind: "respond", Guild: u.Guild, Fair: "user/" + u.User.ID.String(), Priority: messages.PriorityInteractive,
		Wait: respondQueue, Timeout: respondTimeout,
		Run: func(ctx context.Context, _ func(any)) any {
			if _, err := discord.Respond(ctx, r); err != nil {
				return err
			}
			return nil
		},
	}, tag)
}

func (a *command) job(c *actor.Context, j *messages.Job, tag any) {
	actors.Ask(c, a.cfg.Router, j, j.Wait+j.Timeout+grace, tag)
}

// outcome returns the error that a job for Discord ended in, or nil.
func outcome(m actors.Answered) error {
	if m.Err != nil {
		return m.Err
	}
	done, ok := m.Message.(*messages.JobDone)
	if !ok {
		return errors.New("no result of a job")
	}
	err, _ := done.Result.(error)
	return err
}

// said takes what became of an answer.
func (a *command) said(c *actor.Context, id messages.InteractionID, m actors.Answered) {
	err := outcome(m)
	switch todo, pause := a.state.said(id, err, time.Now()); todo { //nolint:exhaustive // the others are not how it ends
	case again:
		a.cfg.Log.Info("answer to a command not posted, again after a pause", "interaction_id", id, "pause", pause, "err", err)
		actors.After(c, pause, sayAgain{id})
	case lose:
		a.cfg.Log.Error("answer to a command not posted", "interaction_id", id, "err", err)
	}
	if a.state.open[id] == nil {
		a.taken(c, a.takers[id])
		delete(a.takers, id)
	}
}

// sessionStarted sees to it that Discord knows the commands. Who tells of the
// session is told when it does, or does not want to: until then they tell again.
func (a *command) sessionStarted(c *actor.Context, m *messages.SessionStarted) {
	a.starter = c.Sender()
	if a.registration.begin(m.Application) {
		a.askNote(c)
	}
	a.seenTo(c)
}

// seenTo tells who told of the session, if its commands are seen to.
func (a *command) seenTo(c *actor.Context) {
	if !a.registration.busy {
		a.taken(c, a.starter)
		a.starter = nil
	}
}

func (a *command) askNote(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetNotes{Owner: noteOwner}, journalWait, noteAsked{})
}

// noteAnswered registers the commands if they are not what the note says.
func (a *command) noteAnswered(c *actor.Context, m actors.Answered) {
	notes, ok := m.Message.(*messages.Notes)
	if !ok {
		a.notRegistered(c, m.Err)
		return
	}
	if !a.registration.needed(notes.Values[noteHash]) {
		a.seenTo(c)
		return
	}
	discord, app, all := a.cfg.Discord, a.registration.app, a.registration.commands
	a.job(c, &messages.Job{
		Kind: "register", Priority: messages.PriorityBackground, Wait: registerQueue, Timeout: registerTimeout,
		Run: func(ctx context.Context, _ func(any)) any {
			if err := discord.RegisterCommands(ctx, app, all); err != nil {
				return err
			}
			return nil
		},
	}, registering{})
}

func (a *command) registered(c *actor.Context, m actors.Answered) {
	if err := outcome(m); err != nil {
		a.notRegistered(c, err)
		return
	}
	a.registration.end()
	a.seenTo(c)
	a.cfg.Log.Info("commands registered", "commands", len(a.registration.commands))
	actors.Ask(c, a.cfg.Journal, &messages.KeepNote{
		Owner: noteOwner, Key: noteHash, Value: a.registration.hash(),
	}, journalWait, noteKept{})
}

func (a *command) notRegistered(c *actor.Context, err error) {
	pause, more := a.registration.failed(err)
	if !more {
		a.cfg.Log.Error("commands not registered: Discord does not take them", "err", err)
		a.seenTo(c)
		return
	}
	level := slog.LevelDebug
	if a.registration.tries == 1 { // the others say no more
		level = slog.LevelWarn
	}
	a.cfg.Log.Log(context.Background(), level, "commands not registered, again after a pause", "pause", pause, "err", err)
	actors.After(c, pause, registerAgain{})
}
