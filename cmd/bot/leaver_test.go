package bot_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"troupe/actors/analyzer"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/supervision"
)

// A leaver is a bot with Ann, who wants to be forgotten, Bob, who does not, and Cat,
// who wants nothing of hers analysed, in two guilds and in direct messages.
type leaver struct {
	*study
	cat   messages.UserID
	port  messages.GuildID // of Bob's, where Ann has a name of its own
	quay  messages.ChannelID
	alone messages.ChannelID           // Ann's direct messages
	words map[messages.UserID][]string // that each has said
	named map[string]string            // where each word was said
	about []string                     // words that Bob has said about Ann
	bad   string                       // a word that crashes the memory
	log   *logged
}

// logged is what was logged, at every level.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// quoting is a scribe that says again what it was asked.
func quoting(p *messages.Prompt) geminisim.Reply {
	if p.Schema != "" {
		return scribe(p)
	}
	lines := strings.Split(p.Turns[len(p.Turns)-1].Text, "\n")
	return geminisim.Reply{Text: "You said: " + lines[len(lines)-1]}
}

// slowly has analyzers wait.
func slowly(answer func(*messages.Prompt) geminisim.Reply) func(*messages.Prompt) geminisim.Reply {
	return func(p *messages.Prompt) geminisim.Reply {
		r := answer(p)
		if p.Schema != "" {
			r.Latency = &geminisim.Latency{First: 50 * time.Second, Last: 50 * time.Second}
		}
		return r
	}
}

func leaving(s *stage) *leaver {
	l := &leaver{words: map[messages.UserID][]string{}, named: map[string]string{}, log: &logged{}}
	s.log = slog.New(listener{slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug}), s.t})
	s.alter = func(w *supervision.World) { w.Minds = l.minds() }
	l.cat = s.discord.AddUser("Cat")
	s.discord.AddMember(s.guild, l.cat)
	l.port = s.discord.AddGuild("Port", s.bob)
	l.quay = s.discord.AddChannel(l.port, "quay")
	for _, who := range []messages.UserID{s.ann, l.cat} {
		s.discord.AddMember(l.port, who)
	}
	var err error
	if l.alone, err = s.discord.OpenDM(s.ann); err != nil {
		s.t.Fatal(err)
	}
	l.study = studied(s)
	s.gemini.SetAnswer(quoting)
	for _, what := range []string{"memory", "profile"} {
		l.use(s.bob, "privacy choose", map[string]string{"what": what, "value": "on"})
	}
	l.use(l.cat, "privacy choose", map[string]string{"what": "private", "value": "on"})
	l.told(s.bob, l.quay, "lore on", nil)
	l.discord.SetNick(l.port, s.ann, l.says(s.ann, "as a name"))
	return l
}

// minds are the analyzers', but for a memory that crashes at a word.
func (l *leaver) minds() []analyzer.Mind {
	minds := analyzer.Minds()
	for i := range minds {
		if ask := minds[i].Ask; minds[i].Name == messages.AnalyzerMemory {
			minds[i].Ask = func(b *analyzer.Batch) *messages.Prompt {
				for _, p := range b.Pieces {
					if l.bad != "" && strings.Contains(p.Text, l.bad) {
						panic("a bad word")
					}
				}
				return ask(b)
			}
		}
	}
	return minds
}

// says makes a word for somebody to say.
func (l *leaver) says(who messages.UserID, where string) string {
	w := l.word()
	l.words[who] = append(l.words[who], w)
	l.named[w] = where
	return w
}

// plant has somebody say words wherever one can, and Bob speak of it.
func (l *leaver) plant(who messages.UserID, name string) {
	l.t.Helper()
	say := func(channel messages.ChannelID, where, format string) messages.MessageID {
		defer time.Sleep(2 * time.Second)
		return l.say(discordsim.Say{Person: who, Channel: channel, Text: fmt.Sprintf(format, l.says(who, where))})
	}
	say(l.general, "as a question", "@Troupe I have %s")
	say(l.quay, "as a question elsewhere", "@Troupe I have %s")
	say(l.general, "as a question that stands alone", "@Troupe what is %s?")
	line := say(l.general, "to the others", "I won, %s")
	say(l.quay, "to the others elsewhere", "I won, %s")
	edited := say(l.general, "before an edit", "@Troupe I know %s")
	time.Sleep(time.Minute)
	if err := l.discord.Edit(who, l.general, edited, "@Troupe I know "+l.says(who, "after an edit")); err != nil {
		l.t.Fatal(err)
	}
	l.use(who, "chat", map[string]string{"message": "I had " + l.says(who, "by /chat")})
	l.say(discordsim.Say{Person: who, Channel: l.general, Text: "@Troupe read this", Files: []discordsim.File{
		{Name: l.says(who, "as a file's name") + ".txt", Data: []byte(l.says(who, "in a file"))},
	}})
	l.say(discordsim.Say{Person: l.bob, Channel: l.general, ReplyTo: line, Text: "@Troupe what is this?"})
	about := l.says(0, "about them")
	l.about = append(l.about, about)
	l.say(discordsim.Say{Person: l.bob, Channel: l.general, Text: name + " has " + about})
	l.use(who, "persona", map[string]string{"mine": "plain"})
	l.use(who, "clear", nil)
	time.Sleep(time.Minute)
}

// live has everybody say what they do, until all of it was analysed.
func (l *leaver) live() {
	l.plant(l.ann, "Ann")
	l.plant(l.bob, "Bob")
	l.plant(l.cat, "Cat")
	l.say(discordsim.Say{Person: l.ann, Channel: l.alone, Text: "I am " + l.says(l.ann, "in a direct message")})
	l.bad = l.says(l.ann, "in quarantine")
	l.say(discordsim.Say{Person: l.ann, Channel: l.general, Text: "@Troupe I broke " + l.bad})
	for _, channel := range []messages.ChannelID{l.general, l.quay} {
		l.talk(channel, 40)
	}
	time.Sleep(time.Hour)
}
