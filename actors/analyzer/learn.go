package analyzer

import (
	"context"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	askQueue = time.Minute     // for the model's pool: times were quiet a moment ago
	askTime  = 2 * time.Minute // for an answer
	askGrace = 5 * time.Second // for the pool to say that it was in vain
	// maxEmbedded bounds the texts that are compared at once: a batch comes to fewer.
	maxEmbedded = 50
)

// prompted looks whether times are quiet, if the model is to be asked something.
func (a *analyzer) prompted(c *actor.Context, m actors.Answered) {
	result, ok := a.thought(c, m)
	if !ok {
		return
	}
	p, asks := result.(*messages.Prompt)
	if !asks {
		a.end(c, outcomeSkipped)
		return
	}
	p.Model = a.cfg.Model
	reserve := &messages.Reserve{Model: p.Model, Tokens: p.Tokens(a.cfg.Tokens)}
	a.task.prompt, a.task.reserve = p, reserve
	a.task.calm = actors.AskCalm(c, actors.CalmOf{Health: a.cfg.Health, Quota: a.cfg.Quota, Pool: a.cfg.Pool}, reserve)
}

// calmed asks the model, if times are quiet.
func (a *analyzer) calmed(c *actor.Context, m actors.Answered) {
	settled, quiet := a.task.calm.Take(m, time.Now())
	switch {
	case !settled:
	case !quiet:
		a.putOff(c, "quiet times", nil)
	default:
		p, gemini := a.task.prompt, a.cfg.Gemini
		a.ask(c, "analysis", a.task.reserve, func(ctx context.Context) (any, error) {
			return gemini.Generate(ctx, p, nil)
		}, generating{})
	}
}

// ask has the pool ask the model. Nobody waits for it.
func (a *analyzer) ask(c *actor.Context, kind string, reserve *messages.Reserve, run func(context.Context) (any, error), tag any) {
	actors.Ask(c, a.cfg.Pool, &messages.Job{
		Kind: kind, Fair: "analyzer/" + string(a.cfg.Mind.Name), Priority: messages.PriorityBackground,
		Wait: askQueue, Timeout: askTime, Breaker: reserve.Model, Reserve: reserve,
		Run: func(ctx context.Context, _ func(any)) any { return messages.Result(run(ctx)) },
	}, askQueue+askTime+askGrace, tag)
}

// generated has the mind conclude from what the model answered. What the model will
// never answer is done with.
func (a *analyzer) generated(c *actor.Context, m actors.Answered) {
	var result any = m.Err
	if done, ran := m.Message.(*messages.JobDone); ran {
		result = done.Result
	}
	switch r := result.(type) {
	case *messages.Generation:
		if !r.Cut && !r.Truncated {
			a.conclude(c, r.Text)
			return
		}
		a.makesNoSense(c, errCut)
	case *messages.Failure:
		if hopeless(r.Cause) {
			a.end(c, outcomeDiscarded)
			return
		}
		a.putOff(c, "the model", r)
	default:
		err, _ := result.(error)
		a.putOff(c, "the model", err)
	}
}

var errCut = errors.New("the answer is cut off")

// hopeless reports whether a model that says no will say so again.
func hopeless(cause messages.Cause) bool {
	switch cause { //nolint:exhaustive // the others are about the moment
	case messages.CauseSafety, messages.CauseRecitation, messages.CauseTooLong, messages.CauseEmpty:
		return true
	}
	return false
}

// makesNoSense has the model asked again, a few times.
func (a *analyzer) makesNoSense(c *actor.Context, err error) {
	if a.past.tried(a.task.pieces) {
		a.cfg.Log.Warn("nothing is concluded: the model's answers make no sense", "err", err)
		a.end(c, outcomeDiscarded)
		return
	}
	a.putOff(c, "an answer that makes sense", err)
}

// concluded has the texts compared, if there are any, so that what is known already
// is not learned again.
func (a *analyzer) concluded(c *actor.Context, m actors.Answered) {
	result, ok := a.thought(c, m)
	if !ok {
		return
	}
	learned, ok := result.(*messages.Learned)
	if !ok || learned == nil {
		err, _ := result.(error)
		a.makesNoSense(c, err)
		return
	}
	t := a.task
	t.learned = learned
	learned.Pieces, learned.At = t.pieces, t.read
	texts := textsOf(learned)
	if len(texts) == 0 || a.cfg.Embedding == "" {
		a.teach(c)
		return
	}
	tokens := 0
	for _, text := range texts {
		tokens += a.cfg.Tokens(text)
	}
	gemini, model := a.cfg.Gemini, a.cfg.Embedding
	a.ask(c, "embed", &messages.Reserve{Model: model, Tokens: tokens}, func(ctx context.Context) (any, error) {
		e, err := gemini.Embed(ctx, model, texts)
		if err != nil {
			return nil, err
		}
		return &messages.Spent{Result: e, Usage: e.Usage, Sent: true}, nil
	}, embedding{})
}

// textsOf returns what of a conclusion is to be compared with what is known.
func textsOf(l *messages.Learned) (texts []string) {
	for i := range l.Facts {
		texts = append(texts, l.Facts[i].About+": "+l.Facts[i].Text)
	}
	for i := range l.Lore {
		texts = append(texts, l.Lore[i].Text)
	}
	return texts[:min(len(texts), maxEmbedded)]
}

// embedded takes the embeddings. Without them only what has the same words is known to
// be the same.
func (a *analyzer) embedded(c *actor.Context, m actors.Answered) {
	done, _ := m.Message.(*messages.JobDone)
	if done == nil {
		done = &messages.JobDone{}
	}
	e, ok := done.Result.(*messages.Embeddings)
	if !ok {
		err, _ := done.Result.(error)
		a.cfg.Log.Info("texts are not compared", "err", errors.Join(m.Err, err))
		a.teach(c)
		return
	}
	l, vectors := a.task.learned, e.Vectors
	for i := range min(len(l.Facts), len(vectors)) {
		l.Facts[i].Vector = messages.Quantize(vectors[i])
	}
	vectors = vectors[min(len(l.Facts), len(vectors)):]
	for i := range min(len(l.Lore), len(vectors)) {
		l.Lore[i].Vector = messages.Quantize(vectors[i])
	}
	a.teach(c)
}

// teach tells who owns it what was concluded. What comes of a stretch of a channel
// goes there first, even if it is another's: it knows what was deleted meanwhile.
func (a *analyzer) teach(c *actor.Context) {
	t := a.task
	first, to := t.pieces[0], a.cfg.Users
	id := uint64(first.Person)
	if a.cfg.Mind.Reads == ReadsLines {
		to, id = a.cfg.Channels, uint64(first.Channel)
	}
	actors.Ask(c, to, &messages.Deliver{To: id, Message: t.learned}, ownerWait, teaching{})
}

func (a *analyzer) taught(c *actor.Context, m actors.Answered) {
	taken, ok := m.Message.(*messages.LearnedTaken)
	if !ok {
		a.fails(c, "who is to know", m.Err)
		return
	}
	a.settled(c, taken.Done, outcomeDone)
}

// end ends work that comes to nothing.
func (a *analyzer) end(c *actor.Context, outcome string) {
	actors.Ask(c, a.cfg.Journal, &messages.SettlePieces{Pieces: a.task.pieces}, journalWait, ending{outcome})
}

func (a *analyzer) ended(c *actor.Context, outcome string, m actors.Answered) {
	settled, ok := m.Message.(*messages.Settled)
	if !ok {
		a.putOff(c, "the store", m.Err)
		return
	}
	a.settled(c, settled.Done, outcome)
}

// settled goes on with what is next, or with the same anew if it is not as it was.
func (a *analyzer) settled(c *actor.Context, done bool, outcome string) {
	if done {
		pieces := a.task.pieces
		a.past.forget(pieces)
		a.state.settled(len(pieces))
		a.past.done += len(pieces)
		a.metrics.settled(outcome, len(pieces))
	}
	a.next(c)
}

// quarantine puts a piece away that crashes the analyzer.
func (a *analyzer) quarantine(c *actor.Context, piece messages.Piece, stack string) {
	actors.Ask(c, a.cfg.Journal, &messages.Quarantine{
		Actor: c.PID().GetID(), Message: "piece", Stack: stack, Piece: piece,
	}, journalWait, quarantining{piece})
}

// quarantined takes note of it. Where it could not be kept, the piece may crash the
// analyzer once more.
func (a *analyzer) quarantined(c *actor.Context, q quarantining, err error) {
	if err != nil {
		a.cfg.Log.Error("work not put into quarantine", "err", err)
		a.past.crashes[q.piece.ID] = maxCrashes - 1
	} else {
		a.cfg.Log.Error("work crashed twice and is in quarantine", "channel_id", q.piece.Channel, "message_id", q.piece.To)
		a.past.forget([]messages.Piece{q.piece})
		a.state.settled(1)
		a.past.poisoned++
		a.metrics.settled(outcomeQuarantined, 1)
	}
	if a.task == nil {
		a.lookAt(c, time.Now().Add(firstPause))
	}
}
