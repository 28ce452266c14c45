package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A place is a channel in which people ask.
type place struct {
	id     messages.ChannelID
	kind   Kind
	people []messages.UserID
	open   bool // all that is said there is for the bot
}

// A town is the simulated Discord's people, who ask.
type town struct {
	sim    *discordsim.Server
	rec    *recorder
	rng    *rand.Rand
	places []*place
	asked  int
	wait   sync.WaitGroup // for edits and deletions to come
}

// newTown makes a town with so many channels in guilds, and some threads and
// direct messages besides.
func newTown(sim *discordsim.Server, rec *recorder, rng *rand.Rand, channels int) (*town, error) {
	t := &town{sim: sim, rec: rec, rng: rng}
	var guild messages.GuildID
	var people []messages.UserID
	for i := range channels {
		if i%8 == 0 {
			people = nil
			for p := range 6 {
				people = append(people, sim.AddUser(fmt.Sprintf("Person%d", i+p)))
			}
			guild = sim.AddGuild(fmt.Sprintf("Guild%d", i/8), people[0])
			for _, p := range people[1:] {
				sim.AddMember(guild, p)
			}
		}
		c := sim.AddChannel(guild, fmt.Sprintf("channel%d", i))
		t.places = append(t.places, &place{id: c, kind: Mention, people: people})
		switch i % 4 {
		case 1:
			thread, err := sim.StartThread(people[0], c, fmt.Sprintf("thread%d", i), 0)
			if err != nil {
				return nil, err
			}
			t.places = append(t.places, &place{id: thread, kind: Thread, people: people})
		case 2:
			one := people[i%len(people)]
			dm, err := sim.OpenDM(one)
			if err != nil {
				return nil, err
			}
			t.places = append(t.places, &place{id: dm, kind: Direct, people: []messages.UserID{one}, open: true})
		}
	}
	return t, nil
}

// greet has somebody ask something in each direct message and thread: Discord
// tells bots of no direct messages but those in which they hear something, and has
// them join a thread when they are mentioned in it.
func (t *town) greet() error {
	for _, p := range t.places {
		if p.kind == Mention {
			continue
		}
		if err := t.question(p, p.people[0]); err != nil {
			return err
		}
		p.open = true
	}
	return nil
}

// talk has somebody ask something, or several at once. It asks no more than most
// questions.
func (t *town) talk(most int) error {
	p := t.places[t.rng.IntN(len(t.places))]
	who := p.people[t.rng.IntN(len(p.people))]
	switch roll := t.rng.IntN(100); {
	case roll < 5 && p.kind == Mention: // nothing is asked
		_, err := t.sim.Say(discordsim.Say{Person: who, Channel: p.id, Text: "Good morning."})
		return err
	case roll < 10 && p.kind == Mention:
		return t.chorus(p, most)
	case roll < 18 && p.kind != Thread:
		if t.command(p, who) {
			return nil
		}
	case roll < 45:
		for range min(1+t.rng.IntN(3), most) {
			if err := t.question(p, who); err != nil {
				return err
			}
		}
		return nil
	}
	return t.question(p, who)
}

// pieces returns how long the next answer is to be.
func (t *town) pieces() int {
	switch roll := t.rng.IntN(100); {
	case roll < 74:
		return 0
	case roll < 90:
		return 1
	case roll < 96:
		return 2
	case roll < 99:
		return 3
	}
	return 7
}

func (t *town) nextTag(pieces int) string {
	t.asked++
	return makeTag(t.asked, pieces)
}

// text is how a question is worded in a place.
func (p *place) text(tag string) string {
	text := "What about " + tag + "?"
	if p.open {
		return text
	}
	return "@Troupe " + text
}

// question has somebody ask something by a message, and perhaps edit or delete it.
func (t *town) question(p *place, who messages.UserID) error {
	tag := t.nextTag(t.pieces())
	text := p.text(tag)
	say := discordsim.Say{Person: who, Channel: p.id, Text: text}
	switch roll := t.rng.IntN(100); {
	case roll < 6:
		say.ReplyTo = t.rec.lastIn(p.id)
	case roll < 10:
		say.Files = []discordsim.File{{Name: "notes.txt", Type: "text/plain", Data: []byte("A file of notes.\n")}}
	}
	at := time.Now()
	id, err := t.sim.Say(say)
	if err != nil && say.ReplyTo != 0 { // what it replies to is gone
		say.ReplyTo = 0
		id, err = t.sim.Say(say)
	}
	if err != nil {
		return fmt.Errorf("somebody cannot ask: %w", err)
	}
	t.rec.ask(Ask{Trigger: id, Channel: p.id, Asker: who, Kind: p.kind, Tag: tag, At: at})
	change := text
	switch roll := t.rng.IntN(100); {
	case roll < 4:
		t.later(func() { t.edit(p, who, id, tag, change) })
	case roll < 8:
		t.later(func() { t.remove(p, who, id) })
	}
	return nil
}

// later has something happen within the next second and a half.
func (t *town) later(f func()) {
	t.wait.Add(1)
	time.AfterFunc(time.Duration(t.rng.IntN(1500))*time.Millisecond, func() {
		defer t.wait.Done()
		f()
	})
}

func (t *town) edit(p *place, who messages.UserID, id messages.MessageID, tag, text string) {
	t.rec.change(id, func(a *Ask) { a.Edits = append(a.Edits, tag+"e") })
	_ = t.sim.Edit(who, p.id, id, strings.ReplaceAll(text, tag, tag+"e")) // the question may be deleted
}

func (t *town) remove(p *place, who messages.UserID, id messages.MessageID) {
	if t.sim.Delete(who, p.id, id) == nil {
		t.rec.change(id, func(a *Ask) { a.Deleted = time.Now() })
	}
}

// chorus has several people ask the same.
func (t *town) chorus(p *place, most int) error {
	tag := t.nextTag(0)
	people := slices.Clone(p.people)
	t.rng.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	for _, who := range people[:min(2+t.rng.IntN(len(people)-1), most)] {
		at := time.Now()
		id, err := t.sim.Say(discordsim.Say{Person: who, Channel: p.id, Text: p.text(tag)})
		if err != nil {
			return fmt.Errorf("somebody cannot ask: %w", err)
		}
		t.rec.ask(Ask{Trigger: id, Channel: p.id, Asker: who, Kind: p.kind, Tag: tag, At: at})
	}
	return nil
}

// command has somebody ask by /chat, if the bot has registered that.
func (t *town) command(p *place, who messages.UserID) bool {
	pieces := min(t.pieces(), 2)
	tag := t.nextTag(pieces)
	at := time.Now()
	id, err := t.sim.UseCommand(discordsim.Use{
		Person: who, Channel: p.id, Command: "chat", Options: map[string]string{"message": "What about " + tag + "?"},
	})
	if err != nil {
		return false
	}
	t.rec.ask(Ask{Trigger: messages.MessageID(id), Channel: p.id, Asker: who, Kind: Command, Tag: tag, At: at})
	return true
}
