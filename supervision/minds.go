package supervision

import (
	"slices"

	"troupe/actors/analyzer"
	"troupe/actors/channel"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// minds are the analyzers that there are to be.
func (t *Tree) minds() []analyzer.Mind {
	all := t.world.Minds
	if all == nil {
		all = analyzer.Minds()
	}
	return slices.DeleteFunc(slices.Clone(all), func(m analyzer.Mind) bool {
		if m.Name == messages.AnalyzerSummary {
			return !t.cfg.Memory.Summaries
		}
		return !t.cfg.Memory.Learn
	})
}

// mind is an analyzer, or nil if there is none of that name.
func (t *Tree) mind(name messages.Analyzer) *actor.PID {
	if slices.ContainsFunc(t.minds(), func(m analyzer.Mind) bool { return m.Name == name }) {
		return t.pid("analyzer", string(name))
	}
	return nil
}

// analyzers are all that there are.
func (t *Tree) analyzers() (all []*actor.PID) {
	for _, mind := range t.minds() {
		all = append(all, t.pid("analyzer", string(mind.Name)))
	}
	return all
}

// learning is who learns from what is said in channels.
func (t *Tree) learning() channel.Learning {
	l := channel.Learning{Summary: t.mind(messages.AnalyzerSummary), Lore: t.mind(messages.AnalyzerLore)}
	if t.cfg.Memory.Learn {
		l.Users = t.pid("region", "user")
	}
	return l
}

func (t *Tree) analyzer(mind analyzer.Mind) actor.Producer {
	return analyzer.New(analyzer.Config{
		Mind: mind, Self: t.world.Self.ID, Most: maxBacklog,
		Model: t.cfg.Gemini.Model, Embedding: t.cfg.Gemini.EmbeddingModel, Tokens: t.world.Tokens, Gemini: t.world.Gemini,
		Users: t.pid("region", "user"), Channels: t.pid("region", "channel"),
		Journal: t.pid("journal", "node"), Health: t.pid("health", "node"), Quota: t.pid("quota", "gemini"),
		Pool: t.pid("router", "gemini"), Context: t.pid("router", "context"),
		Metrics: t.world.Metrics, Log: t.log("analyzer/" + string(mind.Name)),
	})
}
