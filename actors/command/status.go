package command

import (
	"time"

	"troupe/messages"
)

// planStatus asks everybody who can tell how the bot is doing.
func planStatus(u *use) plan {
	ask := func(r whom, index int, m any) question { return question{address{r, index}, m, readWait} }
	asks := []question{
		ask(theQuota, 0, &messages.GetQuota{}),
		ask(theHealth, 0, &messages.GetHealth{}),
		ask(theSupervisor, 0, &messages.GetParts{}),
		ask(theChannel, 0, &messages.GetConversations{}),
	}
	if u.caches {
		asks = append(asks, ask(theCache, 0, &messages.GetCache{}))
	}
	for i := range u.pools {
		asks = append(asks, ask(aPool, i, &messages.GetPool{}))
	}
	for i := range u.coalescers {
		asks = append(asks, ask(aCoalescer, i, &messages.GetCoalescer{}))
	}
	for i := range u.analyzers {
		asks = append(asks, ask(anAnalyzer, i, &messages.GetAnalyzer{}))
	}
	return plan{asks: asks, say: func(got answers, now time.Time) string { return sayStatus(u.facts, got, now) }}
}
