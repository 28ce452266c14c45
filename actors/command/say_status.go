package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// late is said in place of what did not come.
const late = "no answer in time"

// maxListed bounds the lines of one kind in /status.
const maxListed = 5

func sayStatus(f *facts, got answers, now time.Time) string {
	var lines []string
	add := func(more ...string) { lines = append(lines, more...) }
	add("**Status** · running since " + at(f.started))
	add("", "**Gemini**")
	add(sayQuota(got, now)...)
	add("", "**At work**")
	add(sayConversations(got))
	for i, name := range f.pools {
		add(sayPool(name, got, i))
	}
	for i, name := range f.coalescers {
		add(sayCoalescer(name, got, i))
	}
	if f.caches {
		add(sayCache(got))
	}
	add(sayAnalyzers(f, got)...)
	add("", "**Health**")
	add(sayHealth(got)...)
	add(sayBreakers(f, got)...)
	add(sayParts(got)...)
	return strings.Join(lines, "\n")
}

func sayQuota(got answers, now time.Time) []string {
	q, ok := from[*messages.QuotaState](got, address{whom: theQuota})
	if !ok {
		return []string{"Quota: " + late}
	}
	var lines []string
	for i, m := range q.Models {
		if i == maxListed {
			lines = append(lines, fmt.Sprintf("and %d more", len(q.Models)-i))
			break
		}
		lines = append(lines, code(m.Model)+" "+sayModel(m, q.DayReset, now))
	}
	if lines == nil {
		lines = []string{"Nothing was asked today."}
	}
	spent := fmt.Sprintf("Spent today: $%.2f", q.Spent)
	if q.SpendCap > 0 {
		spent += fmt.Sprintf(" of $%.2f", q.SpendCap)
	}
	return append(lines, spent+". A new day begins "+at(now.Add(q.DayReset))+".")
}

func sayModel(m messages.ModelQuota, dayReset time.Duration, now time.Time) string {
	requests, tokens, today := "", "", plural(m.DayRequests, "request today", "requests today")
	if n := m.LeftThisMinute(); n >= 0 {
		requests = fmt.Sprintf("%d of %d requests", n, m.LimitRPM)
	}
	if m.LimitTPM > 0 {
		tokens = fmt.Sprintf("%s of %s tokens", short(max(m.LimitTPM-m.MinuteTokens, 0)), short(m.LimitTPM))
	}
	if n := m.LeftToday(); n >= 0 {
		today = fmt.Sprintf("%d of %d requests left today", n, m.LimitRPD)
		if n > 0 && m.Lasts > 0 && m.Lasts < dayReset {
			today += ", enough until " + clock(now.Add(m.Lasts))
		}
	}
	minute := several(" and ", requests, tokens)
	if minute != "" {
		minute += " left this minute"
		if m.MinuteReset > 0 {
			minute += " (more " + at(now.Add(m.MinuteReset)) + ")"
		}
	}
	pause := ""
	if m.Paused > 0 {
		pause = "pausing, asked again " + at(now.Add(m.Paused))
	}
	return several(", ", minute, today, pause)
}

func sayConversations(got answers) string {
	c, ok := from[*messages.Conversations](got, address{whom: theChannel})
	if !ok {
		return "This channel: " + late
	}
	return fmt.Sprintf("This channel: %s in mind, %s being answered, %d waiting",
		plural(c.Window, "message", "messages"), plural(c.Speaking, "question", "questions"), c.Waiting)
}

func sayPool(name string, got answers, i int) string {
	name = "Pool " + code(name) + ": "
	p, ok := from[*messages.PoolState](got, address{aPool, i})
	if !ok {
		return name + late
	}
	s := fmt.Sprintf("%s%d of %d running, %d queued", name, p.Running, p.Limit, p.Queued)
	if p.Parked > 0 {
		s += fmt.Sprintf(", %d waiting for a limit", p.Parked)
	}
	return s
}

func sayCoalescer(name string, got answers, i int) string {
	name = "Coalescer " + code(name) + ": "
	k, ok := from[*messages.CoalescerState](got, address{aCoalescer, i})
	switch {
	case !ok:
		return name + late
	case k.Joins == 0:
		return name + "nothing asked yet"
	}
	return fmt.Sprintf("%s%d%% of %s shared with others", name, 100*k.Hits/k.Joins, plural(k.Joins, "request", "requests"))
}

func sayCache(got answers) string {
	const name = "Cache: "
	k, ok := from[*messages.CacheState](got, address{whom: theCache})
	if !ok {
		return name + late
	}
	all := k.Hits + k.Misses
	for _, n := range k.Bypassed {
		all += n
	}
	if all == 0 {
		return name + "nothing asked yet"
	}
	return fmt.Sprintf("%s%d%% of %s answered again, %s kept", name, 100*k.Hits/all,
		plural(all, "question", "questions"), plural(k.Entries, "answer", "answers"))
}

// sayAnalyzers says what is being worked at in the background: a line for each that
// has something to do, or has put something away.
func sayAnalyzers(f *facts, got answers) (lines []string) {
	for i, name := range f.analyzers {
		name = "Analyzer " + code(name) + ": "
		s, ok := from[*messages.AnalyzerState](got, address{anAnalyzer, i})
		switch {
		case !ok:
			lines = append(lines, name+late)
		case s.Backlog > 0 || s.Quarantined > 0:
			waits, away := "", ""
			if s.Waiting != "" && s.Backlog > 0 {
				waits = "waiting for " + s.Waiting
			}
			if s.Quarantined > 0 {
				away = fmt.Sprintf("%d in quarantine", s.Quarantined)
			}
			lines = append(lines, name+several(", ", plural(s.Backlog, "piece of work", "pieces of work"), waits, away))
		}
	}
	return lines
}

func sayHealth(got answers) []string {
	h, ok := from[*messages.Health](got, address{whom: theHealth})
	if !ok {
		return []string{"Health: " + late}
	}
	var lines []string
	if h.Connected {
		lines = append(lines, "Connected to Discord.")
	} else {
		lines = append(lines, "Not connected to all of Discord. I keep trying.")
	}
	if !h.Content {
		lines = append(lines, "Discord withholds messages that do not mention me: whoever runs me can turn on the Message Content intent.")
	}
	lines = append(lines, sayLevel(h)...)
	return append(lines, sayDown(h.Down)...)
}

// sayDown says which parts do not work: what people wait for apart from the rest.
func sayDown(down []messages.PartDown) []string {
	var waited, background []string
	for _, d := range down {
		if name := code(publicName(d.Part)); d.Background {
			background = append(background, name)
		} else {
			waited = append(waited, name)
		}
	}
	var lines []string
	switch {
	case len(down) == 0:
		return []string{"Every part works."}
	case waited == nil:
		lines = append(lines, "Every part that answers you works.")
	default:
		lines = append(lines, "Down, and tried again from time to time: "+someOf(waited))
	}
	if background != nil {
		lines = append(lines, "In the background, and tried again from time to time: "+someOf(background))
	}
	return lines
}

// someOf lists names, each once and no more than a few.
func someOf(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if n := len(names); n > maxListed {
		names = append(names[:maxListed], fmt.Sprintf("%d more", n-maxListed))
	}
	return strings.Join(names, ", ")
}

// sayLevel says what people have to go without, and why.
func sayLevel(h *messages.Health) []string {
	switch h.Level {
	case messages.LevelReduced:
		return []string{"I remember less than usual, since " + h.Why + "."}
	case messages.LevelFallback:
		return []string{"I may give older answers again, since " + h.Why + "."}
	case messages.LevelQueued:
		return []string{"New questions wait, since " + h.Why + "."}
	case messages.LevelNormal:
	}
	return nil
}

// publicName leaves out of a part's name which channel, person or server it is
// for: that is nobody else's business.
func publicName(part string) string {
	kind, id, _ := strings.Cut(part, "/")
	if strings.ContainsAny(id, "0123456789") {
		return kind
	}
	return part
}

func sayBreakers(f *facts, got answers) []string {
	var failing []string
	for i := range f.pools {
		p, ok := from[*messages.PoolState](got, address{aPool, i})
		if !ok {
			continue
		}
		for name, how := range p.Breakers {
			if how != messages.BreakerClosed {
				failing = append(failing, code(name))
			}
		}
	}
	if failing == nil {
		return nil
	}
	slices.Sort(failing)
	failing = slices.Compact(failing)
	return []string{"Failing, and left alone for a while: " + strings.Join(failing[:min(len(failing), maxListed)], ", ")}
}

func sayParts(got answers) []string {
	p, ok := from[*messages.Parts](got, address{whom: theSupervisor})
	if !ok {
		return []string{"Restarts: " + late}
	}
	if p.Restarts == 0 {
		return nil
	}
	return []string{"Parts were restarted " + plural(p.Restarts, "time", "times") + "."}
}
