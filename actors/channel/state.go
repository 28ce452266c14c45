package channel

import (
	"slices"
	"time"

	"troupe/messages"
)

// joinFor is how long an answered question still counts as a copy of one that
// is asked again: as long as the coalescer keeps its generation.
const joinFor = 2 * time.Second

// freshFor is how old a question may be to be answered beside being accepted.
// An older one has come before, perhaps.
const freshFor = 2 * time.Second

// ackLimit is how long Discord may take to know that a command is being answered:
// its own bound of 3 s (Interactions: Responding), and some. One that is not known
// to it by then never will be; one of a former instance is, most likely.
const ackLimit = 4 * time.Second

// A state is what the channel knows. Its methods say what is to be done.
type state struct {
	window window
	queue  []*asked             // triggers without outcome, as they were posted
	ended  []answer             // lately, the eldest first
	gone   []messages.MessageID // deleted lately, the eldest first: at most maxGone
	side   int                  // people answered side by side
	bound  int                  // of questions that wait; as many more are told that they come too late
	wary   bool                 // the store has failed: no turn starts before its trigger is accepted
}

// An asked is a trigger on its way to its outcome.
type asked struct {
	trigger  messages.Trigger
	same     string         // equal for questions that may share one generation
	refuse   messages.Cause // all that is said is why there is no answer; "" for an answer
	late     bool           // it was asked a while ago: it may be answered already, which the store knows
	again    bool           // it comes from the store: a former instance may have answered in part
	accepted bool           // the store has it, and the process may die
	running  bool           // its turn is started
	durable  bool           // it is on the disk
	word     bool           // its turn may speak
	missed   bool           // it was asked while the bot was away: these speak one after the other, oldest first
	mute     time.Time      // until then it does not speak: Discord is not known to wait for an answer to the command
}

// An answer is a question that has its outcome.
type answer struct {
	id   messages.MessageID
	same string
	at   time.Time
}

// ask queues a trigger, in the order of IDs. When as many wait as may, it is to be
// refused; it reports false if even that would be too many, or if the trigger
// is there already.
func (s *state) ask(t messages.Trigger, now time.Time) bool {
	if s.find(t.ID) != nil || len(s.queue) >= 2*s.bound {
		return false
	}
	a := &asked{trigger: t, same: t.Sameness(), late: now.Sub(t.ID.Time()) > freshFor}
	if t.Kind == messages.TriggerCommand {
		a.mute = now.Add(ackLimit)
	}
	if len(s.queue) >= s.bound {
		a.refuse = messages.CauseBusy
	}
	i := len(s.queue)
	for i > 0 && s.queue[i-1].trigger.ID > t.ID && !s.queue[i-1].running {
		i--
	}
	s.queue = slices.Insert(s.queue, i, a)
	s.makeRoom()
	return true
}

// answerLines is how many lines a question and the messages of its answer may take
// while it is being answered (outbox: 5 parts at most).
const answerLines = 6

// makeRoom has the window hold what it may beside what is being answered, so that
// copies of a question push nothing out of it: else each copy would see a line less
// than the one before, and be another question.
func (s *state) makeRoom() { s.window.spare = answerLines * (len(s.queue) + len(s.ended)) }

// acknowledged notes that Discord waits for an answer to a command.
func (s *state) acknowledged(id messages.MessageID) {
	if a := s.find(id); a != nil {
		a.mute = time.Time{}
	}
}

func (s *state) find(id messages.MessageID) *asked {
	for _, a := range s.queue {
		if a.trigger.ID == id {
			return a
		}
	}
	return nil
}

// commanded reports whether a command waits for its outcome.
func (s *state) commanded() bool {
	return slices.ContainsFunc(s.queue, func(a *asked) bool { return a.trigger.Kind == messages.TriggerCommand })
}

// accept notes that the store has the trigger, in the form it has there.
func (s *state) accept(m *messages.Accepted) {
	if a := s.find(m.Trigger.ID); a != nil {
		a.accepted, a.trigger = true, m.Trigger
		a.again = a.again || !m.Fresh
	}
}

// maxGone bounds how many deleted messages are remembered: as many as are read of
// what was missed.
const maxGone = maxRead

// remove notes that a message is deleted. It may come all the same, if it was
// not taken at first.
func (s *state) remove(id messages.MessageID) {
	s.window.remove(id)
	s.gone = append(s.gone, id)
	if n := len(s.gone) - maxGone; n > 0 {
		s.gone = slices.Delete(s.gone, 0, n)
	}
}

func (s *state) isGone(id messages.MessageID) bool { return slices.Contains(s.gone, id) }

// How often an answer is tried, and how often the process may die meanwhile,
// before a question is refused.
const (
	maxAttempts = 3
	maxDeaths   = 10
)

// takeUp accepts a trigger that a former instance has left. One on which too
// much has failed already is refused.
func (s *state) takeUp(t messages.Trigger) {
	s.accept(&messages.Accepted{Trigger: t})
	if a := s.find(t.ID); a != nil {
		a.durable = true
		if t.Attempts >= maxAttempts || t.Deaths >= maxDeaths {
			a.refuse = messages.CauseInternal
		}
	}
}

// end forgets a trigger that has its outcome, or is none any more.
func (s *state) end(id messages.MessageID, now time.Time) {
	for i, a := range s.queue {
		if a.trigger.ID == id {
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			s.ended = append(s.lately(now), answer{id, a.same, now})
			s.makeRoom()
			return
		}
	}
}

// lately returns the answers that may still be joined.
func (s *state) lately(now time.Time) []answer {
	for len(s.ended) > 0 && now.Sub(s.ended[0].at) > joinFor {
		s.ended = s.ended[1:]
	}
	return s.ended
}

// due returns the triggers whose turns are to start now, and those whose turns
// may speak from now on. The first question of each person is answered side by
// side with those of others, up to a bound, or beyond it if it repeats one that
// is being answered, for that costs nothing. A person's next question waits, but
// starts in silence if it is such a repeat. A refusal costs nothing either.
func (s *state) due(now time.Time) (start, speak []*asked) {
	speaking := map[messages.UserID]bool{} // whose first question was met
	underway := map[string]bool{}          // what is being answered, by sameness
	missed := false                        // one that was missed was met
	for _, a := range s.queue {
		if a.running && a.refuse == "" {
			underway[a.same] = true
		}
	}
	running := s.running()
	for _, a := range s.queue {
		first := !speaking[a.trigger.Asker.ID]
		speaking[a.trigger.Asker.ID] = true
		if !a.running && (a.accepted || !a.late && !s.wary) && a.mayStart(first, running < s.side, underway[a.same]) {
			start = append(start, a)
			a.running = true
			if a.refuse == "" {
				underway[a.same] = true
			}
			if first && a.refuse == "" {
				running++
			}
		}
		if a.running && a.accepted && !a.word && first && (!a.missed || !missed) && !now.Before(a.mute) {
			speak = append(speak, a)
			a.word = true
		}
		missed = missed || a.missed
	}
	return start, speak
}

// mayStart reports whether a turn may start, if its question is the first of its
// asker, there is room beside other turns, or its answer is being made already.
func (a *asked) mayStart(first, room, underway bool) bool {
	if a.refuse != "" {
		return first
	}
	return underway || first && room
}

// running returns how many people are being answered.
func (s *state) running() int {
	people := map[messages.UserID]bool{}
	for _, a := range s.queue {
		if a.running && a.refuse == "" {
			people[a.trigger.Asker.ID] = true
		}
	}
	return len(people)
}

// said returns what was said before a trigger, but copies of the question that
// may share its answer, and the bot's replies to those.
func (s *state) said(a *asked, now time.Time) *messages.Window {
	copies := map[messages.MessageID]bool{}
	for _, other := range s.queue {
		copies[other.trigger.ID] = other.same == a.same
	}
	for _, other := range s.lately(now) {
		copies[other.id] = other.same == a.same
	}
	lines := s.window.before(a.trigger.ID, func(l *messages.Line) bool {
		return copies[l.ID] || l.Own && copies[l.ReplyTo] || l.Text == ""
	})
	w := &messages.Window{Lines: lines[max(len(lines)-s.window.max, 0):]}
	if len(lines) > 0 {
		w.Anchor = lines[len(lines)-1].ID
	}
	return w
}

// answered puts an answer into the window as one line, whatever parts it has.
func (s *state) answered(m *messages.TurnEnded, self messages.User) {
	for i, part := range m.Parts {
		text := ""
		if i == 0 {
			text = m.Answer
		}
		line := messages.Line{ID: part, Author: self.ID, Name: self.Name, Text: text, ReplyTo: m.Trigger, Own: true}
		if !s.window.add(line) {
			s.window.set(part, text)
		}
	}
}
