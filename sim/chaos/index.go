package chaos

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// An indexed finds the questions that messages are about.
type indexed struct {
	asks     []*ask
	triggers map[messages.MessageID]*ask
	families map[string][]*ask
}

func index(r *Record) *indexed {
	x := &indexed{triggers: map[messages.MessageID]*ask{}, families: map[string][]*ask{}}
	for i := range r.Asks {
		a := &ask{Ask: &r.Asks[i], begun: -1, whole: -1, seen: r.Asks[i].Trigger}
		x.asks = append(x.asks, a)
		x.triggers[a.Trigger] = a
		x.families[family(a.Tag)] = append(x.families[family(a.Tag)], a)
	}
	return x
}

// about returns the questions that a message is about, and the tag that it
// answers, if it does.
func (x *indexed) about(m *discordsim.Message) (asks []*ask, tag string) {
	if found := answered.FindStringSubmatch(m.Content); found != nil {
		tag = found[1]
	}
	var direct *ask
	switch {
	case m.Interaction != 0:
		direct = x.triggers[messages.MessageID(m.Interaction)]
	case m.Reply != nil:
		direct = x.triggers[m.Reply.ID]
	case tag == "":
		direct = x.expired(m)
	}
	group := x.families[family(tag)]
	if tag == "" && direct != nil {
		group = x.families[family(direct.Tag)]
	}
	if tag != "" && len(group) == 1 {
		return group, tag
	}
	if direct != nil {
		asks = append(asks, direct)
	}
	for _, a := range group {
		if a != direct && a.Channel == m.Channel && slices.Contains(addressed(m.Content), a.Asker) {
			asks = append(asks, a)
		}
	}
	return asks, tag
}

// tokenLife is how long a command can be answered, short of what the bot leaves
// unused of it.
const tokenLife = 14 * time.Minute

// expired returns the command that a message is about which refers to nothing: one
// of a person whom it names, that cannot be answered any more, by Discord's clock. Of
// several it is the newest that has no outcome: an older one may be dead.
func (x *indexed) expired(m *discordsim.Message) *ask {
	named := addressed(m.Content)
	for _, a := range slices.Backward(x.asks) {
		old := m.ID.Time().Sub(a.Trigger.Time()) >= tokenLife
		open := a.whole < 0 && slices.ContainsFunc(a.said, func(s *said) bool { return s.Thinking })
		told := slices.ContainsFunc(a.said, func(s *said) bool { return s.ID == m.ID })
		if a.Kind == Command && a.Channel == m.Channel && old && (open || told) && slices.Contains(named, a.Asker) {
			return a
		}
	}
	return nil
}

// concerns reports whether a message is about a question.
func (x *indexed) concerns(m *discordsim.Message, a *Ask) bool {
	asks, _ := x.about(m)
	return slices.ContainsFunc(asks, func(b *ask) bool { return b.Trigger == a.Trigger })
}

var address = regexp.MustCompile(`^(\s*<@\d+>)+`)

// addressed returns who is mentioned where a text begins.
func addressed(text string) (ids []messages.UserID) {
	for m := range strings.FieldsSeq(strings.ReplaceAll(address.FindString(text), "><", "> <")) {
		if id, err := messages.ParseID[messages.UserID](strings.Trim(m, "<@>")); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
