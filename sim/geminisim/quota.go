package geminisim

import (
	"net/http"
	"time"
	_ "time/tzdata" // the quota's midnight must be known everywhere

	"troupe/messages"
)

// A Quota is how much of a model may be used. Requests that are refused for it
// use nothing up; those that fail otherwise do. The minute is any 60 seconds,
// which is stricter than any minute by the clock; the day ends at midnight in
// Los Angeles (Gemini API documentation, Rate limits).
type Quota struct {
	RPM int // requests in a minute; 0 for no bound, as with the others
	TPM int // input tokens in a minute
	RPD int // requests in a day
}

// A Count is what a model's generations have come to since the beginning. Each
// is in one of the sums below Requests, but while it is in flight in none.
type Count struct {
	Requests int // that arrived with a good key
	Answered int // to their end, whatever the finishReason
	Refused  int // with a 429, whether by quota, capacity or fault
	Failed   int // with another error, or without an answer
	Cut      int // that began and did not end: faults, clients that left

	Usage messages.Usage // as the answers told it; those that a fault kept back after they took effect included

	MinuteRequests int // that count for the quotas now
	MinuteTokens   int
	DayRequests    int
}

// minute is the length of the window in which requests and tokens count.
const minute = time.Minute

// dayDelay is what RetryInfo tells of a quota of the day, which is of no use:
// it was seen like this.
const dayDelay = 22 * time.Second

// A meter counts what is used of one model. It is told the time.
type meter struct {
	quota  Quota
	count  Count
	recent []spend   // of the last minute, oldest first
	tokens int       // their sum
	today  int       // requests
	ends   time.Time // of the day that today speaks of
}

type spend struct {
	at     time.Time
	tokens int
}

// An excess is what a request would be too much for.
type excess struct {
	rpm, tpm, rpd bool
	after         time.Duration // as RetryInfo tells it; 0 for not at all
}

// admit counts a request with its input tokens, unless that is over a quota.
func (m *meter) admit(now time.Time, tokens int) *excess {
	m.forget(now)
	q := m.quota
	e := excess{
		rpm: q.RPM > 0 && len(m.recent) >= q.RPM,
		tpm: q.TPM > 0 && m.tokens+tokens > q.TPM,
		rpd: q.RPD > 0 && m.today >= q.RPD,
	}
	if !e.rpm && !e.tpm && !e.rpd {
		m.recent = append(m.recent, spend{now, tokens})
		m.tokens += tokens
		m.today++
		return nil
	}
	e.after = m.room(now, tokens)
	if e.rpd {
		e.after = dayDelay
	}
	return &e
}

// room returns how long it takes until the minute has room for a request. One
// that never fits is told a minute.
func (m *meter) room(now time.Time, tokens int) time.Duration {
	requests, left := len(m.recent), m.tokens
	for _, s := range m.recent {
		requests, left = requests-1, left-s.tokens
		if (m.quota.RPM == 0 || requests < m.quota.RPM) && (m.quota.TPM == 0 || left+tokens <= m.quota.TPM) {
			return s.at.Add(minute).Sub(now)
		}
	}
	return minute
}

// forget drops what does not count any more.
func (m *meter) forget(now time.Time) {
	gone := 0
	for gone < len(m.recent) && now.Sub(m.recent[gone].at) >= minute {
		m.tokens -= m.recent[gone].tokens
		gone++
	}
	m.recent = m.recent[gone:]
	if !now.Before(m.ends) {
		m.today, m.ends = 0, nextDay(now)
	}
}

// ended puts a call into its sum.
func (m *meter) ended(c *Call, whole bool) {
	switch {
	case c.Status == http.StatusTooManyRequests:
		m.count.Refused++
	case whole:
		m.count.Answered++
	case c.Chunks > 0 || c.Status == StatusLeft:
		m.count.Cut++
	default:
		m.count.Failed++
	}
	addUsage(&m.count.Usage, c.Usage)
}

func addUsage(sum *messages.Usage, u messages.Usage) {
	sum.Prompt += u.Prompt
	sum.Cached += u.Cached
	sum.Output += u.Output
	sum.Thoughts += u.Thoughts
	sum.Tools += u.Tools
	sum.Total += u.Total
}

// read returns the count as of now.
func (m *meter) read(now time.Time) Count {
	m.forget(now)
	c := m.count
	c.MinuteRequests, c.MinuteTokens, c.DayRequests = len(m.recent), m.tokens, m.today
	return c
}

// nextDay returns the coming midnight of Los Angeles.
func nextDay(now time.Time) time.Time {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // cannot be: the zones are compiled in
		zone = time.FixedZone("PST", -8*3600)
	}
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone)
}

// meter returns the meter of a model. s.mu is held, or s is new.
func (s *Server) meter(model string) *meter {
	m := s.meters[model]
	if m == nil {
		m = &meter{}
		s.meters[model] = m
	}
	return m
}

// Count returns what the generations, or embeddings, of a model have come to.
func (s *Server) Count(model string) Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meter(model).read(time.Now())
}

// quota returns what of a model may be used.
func (s *Server) quota(model string) Quota {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meter(model).quota
}
