package bot_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

const (
	stretch    = 22              // lines after which there is surely something to sum up
	brevities  = 9               // messages after which it is surely known how somebody writes
	answerTime = 2 * time.Second // that Gemini takes
	stirTime   = 20 * time.Second
	learnTime  = 5 * time.Minute // after which what is to be learned is
)

// A realm is a random world: guilds with rooms that not everybody may see, and people
// who say marked things there.
type realm struct {
	*stage
	*book
	seed  uint64
	r     *rand.Rand
	folk  []*dweller
	homes []*home
	rooms []*room // but for direct ones
	marks []*mark
	open  []question
	seen  seen
}

func newRealm(s *stage, b *book, seed uint64) *realm {
	w := &realm{stage: s, book: b, seed: seed, r: rand.New(rand.NewPCG(seed, 7))}
	for range 3 + w.r.IntN(4) {
		name := fmt.Sprintf("Per%dson%d", seed, len(w.folk))
		d := &dweller{id: s.discord.AddUser(name), name: name, cleared: map[messages.ChannelID]messages.MessageID{}}
		dm, err := s.discord.OpenDM(d.id)
		if err != nil {
			s.t.Fatal(err)
		}
		d.direct = &room{id: dm}
		w.folk = append(w.folk, d)
	}
	for range 1 + w.r.IntN(2) + w.r.IntN(2) {
		w.settle()
	}
	return w
}

// settle makes a guild, with rooms for some of those who are in it.
func (w *realm) settle() {
	h := &home{owner: w.folk[w.r.IntN(len(w.folk))]}
	h.id = w.discord.AddGuild(fmt.Sprintf("Home%d", w.seed), h.owner.id)
	h.role = w.discord.AddRole(h.id, "trusted", 0, false)
	w.homes = append(w.homes, h)
	for _, d := range w.folk {
		switch n := w.r.IntN(5); {
		case n < 2:
			w.discord.AddMember(h.id, d.id)
		case n < 4:
			w.discord.AddMember(h.id, d.id, h.role)
		}
	}
	for range 2 + w.r.IntN(3) + w.r.IntN(3) {
		c := &room{id: w.discord.AddChannel(h.id, fmt.Sprint("room", len(w.rooms))), guild: h.id}
		w.rooms = append(w.rooms, c)
		if w.maybe(40) {
			w.close(h, c)
		}
		if w.maybe(20) {
			w.shutOut(c)
		}
		if w.maybe(25) {
			w.branch(c)
		}
	}
}

// maybe is true in so many of 100 cases.
func (w *realm) maybe(percent int) bool { return w.r.IntN(100) < percent }

// close has nobody see a room but the bot, and those with a role, or one person.
func (w *realm) close(h *home, c *room) {
	const view = messages.PermissionViewChannel
	w.discord.SetOverwrite(c.id, messages.Overwrite{ID: uint64(w.discord.BotRole(h.id)), Allow: view})
	w.discord.SetOverwrite(c.id, messages.Overwrite{ID: uint64(h.id), Deny: view})
	if w.maybe(50) {
		w.discord.SetOverwrite(c.id, messages.Overwrite{ID: uint64(h.role), Allow: view})
	} else {
		w.discord.SetOverwrite(c.id, messages.Overwrite{ID: uint64(w.somebody().id), User: true, Allow: view})
	}
}

// shutOut has somebody not see a room.
func (w *realm) shutOut(c *room) {
	w.discord.SetOverwrite(c.id, messages.Overwrite{ID: uint64(w.somebody().id), User: true, Deny: messages.PermissionViewChannel})
}

func (w *realm) somebody() *dweller { return w.folk[w.r.IntN(len(w.folk))] }

// branch begins a thread.
func (w *realm) branch(c *room) {
	d := w.somebody()
	if !w.sees(d, c) {
		return
	}
	if id, err := w.discord.StartThread(d.id, c.id, "aside", 0); err == nil {
		w.rooms = append(w.rooms, &room{id: id, guild: c.guild, parent: c})
	}
}

func (w *realm) sees(d *dweller, c *room) bool {
	return !c.gone && w.discord.May(d.id, c.id, messages.PermissionViewChannel)
}

// places are the rooms that somebody sees, some of them.
func (w *realm) places(d *dweller, most int) []*room {
	places := []*room{d.direct}
	for _, c := range w.rooms {
		if w.sees(d, c) {
			places = append(places, c)
		}
	}
	w.r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	return places[:min(most, len(places))]
}

// choose has people let the bot do things, or not.
func (w *realm) choose() {
	for _, d := range w.folk {
		if w.maybe(75) {
			w.command(d, d.direct, "memory on", nil)
			d.memory, d.ever = true, true
		}
		if w.maybe(40) {
			w.command(d, d.direct, "privacy choose", map[string]string{"what": "profile", "value": "on"})
			d.profile = true
		}
		if w.maybe(15) {
			w.goPrivate(d)
		}
	}
	for _, h := range w.homes {
		if c := w.roomOf(h); c != nil && w.maybe(75) {
			w.command(h.owner, c, "lore on", nil)
			h.lore, h.ever = true, true
		}
	}
}

func (w *realm) roomOf(h *home) *room {
	for _, c := range w.rooms {
		if c.guild == h.id && !c.gone {
			return c
		}
	}
	return nil
}

func (w *realm) command(d *dweller, c *room, name string, options map[string]string) messages.InteractionID {
	id, err := w.discord.UseCommand(discordsim.Use{Person: d.id, Channel: c.id, Command: name, Options: options})
	if err != nil {
		w.t.Errorf("world %d: /%s: %v", w.seed, name, err)
	}
	w.pass()
	return id
}

// talk has everybody tell the bot of themselves, and each other what is going on.
func (w *realm) talk() {
	for _, d := range w.folk {
		for _, c := range w.places(d, 2) {
			w.tell(d, c)
		}
		if d.profile {
			c := w.places(d, 1)[0]
			for range brevities {
				w.tell(d, c)
			}
		}
	}
	for _, h := range w.homes[:min(len(w.homes), 2)] {
		w.chat(w.anyOf(h))
	}
}

func (w *realm) anyOf(h *home) *room {
	for {
		if c := w.rooms[w.r.IntN(len(w.rooms))]; c.guild == h.id {
			return c
		}
	}
}

// tell has somebody tell the bot something of themselves.
func (w *realm) tell(d *dweller, c *room) {
	m := w.newMark(d, c)
	m.id = w.utter(d, c, "@Troupe "+w.fact(m))
	d.asked = append(d.asked, told{m.id, c})
	w.open = append(w.open, question{m.id, d, c})
	w.pass()
}

func (w *realm) fact(m *mark) string {
	verbs := []string{"love", "like", "enjoy", "hate"}
	things := []string{"plants", "boats", "songs", "stamps", "bridges", "novels", "soups", "hats", "clocks", "trains"}
	return fmt.Sprintf("i %s %s named %s", verbs[w.r.IntN(len(verbs))], things[w.r.IntN(len(things))], m.word)
}

// chat has those who see a room speak there of what a guild may want to remember.
func (w *realm) chat(c *room) {
	var there []*dweller
	for _, d := range w.folk {
		if w.sees(d, c) {
			there = append(there, d)
		}
	}
	if len(there) == 0 {
		return
	}
	w.tell(there[0], c) // what nobody asks about is not summed up
	for range stretch {
		d := there[w.r.IntN(len(there))]
		m := w.newMark(d, c)
		m.id = w.utter(d, c, w.news(m))
		if c.parent != nil { // where the bot is in a thread, all is said to it
			d.asked = append(d.asked, told{m.id, c})
			w.open = append(w.open, question{m.id, d, c})
			time.Sleep(2 * answerTime) // else one message answers several
		}
		w.pass()
	}
}

func (w *realm) news(m *mark) string {
	switch w.r.IntN(4) {
	case 0:
		return fmt.Sprintf("Our mascot %s is a fox", m.word)
	case 1:
		return fmt.Sprintf("We finally won the cup of %s", m.word)
	case 2:
		return fmt.Sprintf("We decided to meet on friday at %s", m.word)
	}
	return fmt.Sprintf("Somebody walked around with a %s", m.word)
}

func (w *realm) utter(d *dweller, c *room, text string) messages.MessageID {
	id, err := w.discord.Say(discordsim.Say{Person: d.id, Channel: c.id, Text: text})
	w.check(err)
	return id
}

// pass lets a moment go by.
func (w *realm) pass() { time.Sleep(time.Duration(50+w.r.IntN(300)) * time.Millisecond) }

// ask has everybody ask, where they may, about themselves and about the place.
func (w *realm) ask() {
	questions := []string{
		"what do i like? and what do you remember of this server?",
		"which plants, songs or hats happened to be remembered here?",
		"what is a lighthouse?",
	}
	for _, d := range w.folk {
		for _, c := range w.places(d, 2) {
			text := "@Troupe " + questions[min(w.r.IntN(5)/2, 2)]
			id := w.utter(d, c, text)
			d.asked = append(d.asked, told{id, c})
			w.open = append(w.open, question{id, d, c})
			if other := w.somebody(); other != d && w.maybe(20) && c.guild != 0 && w.sees(other, c) {
				id := w.utter(other, c, text)
				other.asked = append(other.asked, told{id, c})
				w.open = append(w.open, question{id, other, c})
			}
			w.pass()
		}
	}
}
