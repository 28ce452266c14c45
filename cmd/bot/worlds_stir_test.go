package bot_test

import (
	"slices"
	"time"

	"troupe/messages"
)

// stir has people change their minds, and what others may see, while analyzers work.
func (w *realm) stir() {
	acts := []func(){
		w.takeBack, w.takeBack, w.takeBackMany, w.rephrase, w.rephrase,
		w.hide, w.hide, w.hideFromOne, w.demote, w.demote, w.leave, w.raze,
		w.retreat, w.unlearn, w.unlore, w.vanish, w.clear,
	}
	for range 3 + w.r.IntN(4) {
		time.Sleep(time.Duration(w.r.Int64N(int64(stirTime / 3))))
		acts[w.r.IntN(len(acts))]()
	}
}

// anyMark returns one that may still be seen, whose author sees it; nil if it finds
// none.
func (w *realm) anyMark() *mark {
	for range 10 {
		if m := w.marks[w.r.IntN(len(w.marks))]; m.gone.IsZero() && w.sees(m.who, m.room) {
			return m
		}
	}
	return nil
}

func (w *realm) takeBack() {
	m := w.anyMark()
	if m == nil {
		return
	}
	w.check(w.discord.Delete(m.who.id, m.room.id, m.id))
	w.lose(m.id)
}

// lose notes that a message is gone.
func (w *realm) lose(id messages.MessageID) {
	for _, m := range w.marks {
		if m.id == id && m.gone.IsZero() {
			m.gone = time.Now()
		}
	}
	for _, d := range w.folk {
		d.asked = slices.DeleteFunc(d.asked, func(t told) bool { return t.id == id })
	}
}

func (w *realm) takeBackMany() {
	first := w.anyMark()
	if first == nil {
		return
	}
	var ids []messages.MessageID
	for _, m := range w.marks {
		if m.room == first.room && m.gone.IsZero() && w.maybe(30) {
			ids = append(ids, m.id)
		}
	}
	w.check(w.discord.DeleteMany(first.room.id, ids...))
	for _, id := range ids {
		w.lose(id)
	}
}

// rephrase has somebody say something else where they said something.
func (w *realm) rephrase() {
	old := w.anyMark()
	if old == nil {
		return
	}
	m := w.newMark(old.who, old.room)
	m.id = old.id
	text, heard := w.news(m), m.room.parent != nil
	if w.maybe(50) {
		text, heard = "@Troupe "+w.fact(m), true
	}
	w.check(w.discord.Edit(m.who.id, m.room.id, m.id, text))
	w.lose(m.id)
	m.gone = time.Time{}
	if heard {
		m.who.asked = append(m.who.asked, told{m.id, m.room})
	}
}

func (w *realm) check(err error) {
	if err != nil {
		w.t.Errorf("world %d: %v", w.seed, err)
	}
}

// somewhere returns a channel and its guild; nil if it finds none.
func (w *realm) somewhere() (*home, *room) {
	h := w.homes[w.r.IntN(len(w.homes))]
	if c := w.anyOf(h); c.parent == nil && !c.gone {
		return h, c
	}
	return h, nil
}

func (w *realm) hide() {
	if h, c := w.somewhere(); c != nil {
		w.close(h, c)
	}
}

func (w *realm) hideFromOne() {
	if _, c := w.somewhere(); c != nil {
		w.shutOut(c)
	}
}

// demote takes somebody's role.
func (w *realm) demote() {
	h, d := w.homes[w.r.IntN(len(w.homes))], w.somebody()
	if w.lives(d, h) {
		w.discord.AddMember(h.id, d.id)
	}
}

func (w *realm) lives(d *dweller, h *home) bool {
	for _, m := range w.discord.Members(h.id) {
		if m.ID == d.id {
			return true
		}
	}
	return false
}

func (w *realm) leave() {
	if h, d := w.homes[w.r.IntN(len(w.homes))], w.somebody(); d != h.owner {
		w.discord.RemoveMember(h.id, d.id)
	}
}

// raze removes a channel, with all that was said there.
func (w *realm) raze() {
	_, c := w.somewhere()
	if c == nil || w.maybe(50) {
		return
	}
	w.discord.RemoveChannel(c.id)
	for _, o := range w.rooms {
		o.gone = o.gone || o == c || o.parent == c
	}
	for _, m := range w.marks {
		if m.room.gone {
			w.lose(m.id)
		}
	}
}

func (w *realm) retreat() { w.goPrivate(w.somebody()) }

// goPrivate has nothing analysed any more that somebody said or says.
func (w *realm) goPrivate(d *dweller) {
	if d.private.IsZero() {
		d.private = time.Now()
	}
	w.command(d, d.direct, "privacy choose", map[string]string{"what": "private", "value": "on"})
}

// unlearn has somebody's facts or profile forgotten, and no more learned.
func (w *realm) unlearn() {
	d := w.somebody()
	if w.maybe(50) {
		w.command(d, d.direct, "memory off", nil)
		d.memory = false
		return
	}
	w.command(d, d.direct, "privacy choose", map[string]string{"what": "profile", "value": "off"})
	d.profile = false
}

func (w *realm) unlore() {
	h := w.homes[w.r.IntN(len(w.homes))]
	if c := w.roomOf(h); c != nil {
		w.command(h.owner, c, "lore off", nil)
		h.lore = false
	}
}

// vanish has all that is kept about somebody deleted.
func (w *realm) vanish() {
	d := w.somebody()
	d.deleted = time.Now()
	d.after = messages.MessageID(w.command(d, d.direct, "privacy delete", map[string]string{"confirm": "delete"}))
	d.asked = nil
}

func (w *realm) clear() {
	d := w.somebody()
	c := w.places(d, 1)[0]
	d.cleared[c.id] = messages.MessageID(w.command(d, c, "clear", nil))
}
