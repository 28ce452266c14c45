package channel

import (
	"cmp"
	"slices"

	"troupe/messages"
)

// A window is what was said last in the channel, ordered by ID, which is by
// time. Own answers of several parts are one line: the first part has the text.
type window struct {
	lines []messages.Line
	max   int // lines
	spare int // more of them, for what is being answered: see state.makeRoom
	bytes int // of text and names
}

// lineBytes is what a line takes beside its text: the struct itself.
const lineBytes = 72

// full reports whether the window holds as many lines as it may.
func (w *window) full() bool { return len(w.lines) >= w.max }

// find returns where the line with the ID is, or belongs.
func (w *window) find(id messages.MessageID) (int, bool) {
	return slices.BinarySearchFunc(w.lines, id, func(l messages.Line, id messages.MessageID) int {
		return cmp.Compare(l.ID, id)
	})
}

// add puts a line in its place, unless it is there already. It reports whether
// the line is new.
func (w *window) add(l messages.Line) bool {
	i, found := w.find(l.ID)
	over := max(len(w.lines)+1-w.max-w.spare, 0)
	if found || i < over {
		return false
	}
	for _, old := range w.lines[:over] {
		w.bytes -= weight(old)
	}
	w.lines = slices.Insert(slices.Delete(w.lines, 0, over), i-over, l)
	w.bytes += weight(l)
	return true
}

// set changes the text of a line, if it is there.
func (w *window) set(id messages.MessageID, text string) {
	if i, found := w.find(id); found {
		w.bytes += len(text) - len(w.lines[i].Text)
		w.lines[i].Text = text
	}
}

// remove forgets a line.
func (w *window) remove(id messages.MessageID) {
	if i, found := w.find(id); found {
		w.bytes -= weight(w.lines[i])
		w.lines = slices.Delete(w.lines, i, i+1)
	}
}

// before returns a copy of the lines before the ID, but those that skip names.
func (w *window) before(id messages.MessageID, skip func(*messages.Line) bool) []messages.Line {
	i, _ := w.find(id)
	kept := make([]messages.Line, 0, i)
	for j := range w.lines[:i] {
		if !skip(&w.lines[j]) {
			kept = append(kept, w.lines[j])
		}
	}
	return kept
}

func weight(l messages.Line) int { return lineBytes + len(l.Text) + len(l.Name) }

// size returns the bytes that the window keeps in memory.
func (w *window) size() int { return w.bytes + (cap(w.lines)-len(w.lines))*lineBytes }
