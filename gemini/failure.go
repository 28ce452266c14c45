package gemini

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // the quota's midnight must be known everywhere

	"google.golang.org/genai"

	"troupe/messages"
)

// statusCancelled is Google's status for a call that was cancelled, which it
// also sends when it ends a stream itself (google/rpc/code.proto).
const statusCancelled = 499

// failure says what became of a call that ended in err. caller is the context
// that we were given, call the one that genai had.
func (c *Client) failure(caller, call context.Context, x *exchange, err error, p *messages.Prompt) *messages.Failure {
	switch {
	case errors.Is(caller.Err(), context.Canceled):
		return &messages.Failure{Cause: messages.CauseCancelled, Detail: "nobody waits for it any more"}
	case caller.Err() != nil:
		return &messages.Failure{Cause: messages.CauseTimeout, Detail: "no answer within the caller's deadline"}
	case errors.Is(context.Cause(call), errStalled):
		return &messages.Failure{Cause: messages.CauseTimeout, Retry: messages.RetryOnce, Detail: errStalled.Error()}
	case call.Err() != nil:
		return &messages.Failure{Cause: messages.CauseTimeout, Detail: "no answer within the client's deadline"}
	}
	var inStream genai.APIError
	switch {
	case x.status != 0 && (x.status < 200 || x.status > 299):
		return c.refused(x, x.refusal, p)
	case x.html:
		return notGemini(x.status)
	case errors.As(err, &inStream):
		return c.refused(&exchange{}, refusalOf(inStream), p)
	case x.readErr != nil && !errors.Is(x.readErr, errTooLarge):
		return &messages.Failure{
			Cause: messages.CauseUnreachable, Retry: messages.RetryOnce,
			Detail: "the stream broke off: " + c.redact.line(x.readErr.Error()),
		}
	case x.status != 0:
		// genai's error holds the whole chunk: only its kind is told.
		return &messages.Failure{
			Cause: messages.CauseOverloaded, Retry: messages.RetryOnce, Status: x.status,
			Detail: unreadable(x, err),
		}
	}
	var send *url.Error
	if !errors.As(err, &send) {
		return &messages.Failure{Cause: messages.CauseInternal, Detail: "genai refuses the request"}
	}
	return &messages.Failure{
		Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff,
		Detail: c.redact.line(send.Err.Error()),
	}
}

func unreadable(x *exchange, err error) string {
	switch {
	case errors.Is(x.readErr, errTooLarge):
		return errTooLarge.Error()
	case errors.Is(err, errPanic):
		return errPanic.Error()
	}
	return "the answer cannot be read"
}

// notGemini is the failure of a request that something else answered: a proxy,
// a login page, a wrong address.
func notGemini(status int) *messages.Failure {
	return &messages.Failure{
		Cause: messages.CauseUnreachable, Status: status,
		Detail: "a web page answered, not Gemini: check the base URL and the proxy",
	}
}

// refused says what an error of Gemini's means. r is nil when its body told
// nothing.
func (c *Client) refused(x *exchange, r *refusal, p *messages.Prompt) *messages.Failure {
	status := x.status
	if r == nil {
		r = &refusal{}
	}
	if status == 0 {
		status = r.Code
	}
	f := &messages.Failure{Cause: messages.CauseInternal, Status: status, Detail: c.redact.refusal(r, p)}
	switch {
	case status == http.StatusTooManyRequests || r.Status == "RESOURCE_EXHAUSTED":
		c.exhausted(f, x, r)
	case status >= 300 && status < 400:
		f.Cause, f.Detail = messages.CauseUnreachable, "redirected, which is not followed: check the base URL"
	case tooLong(status, r):
		f.Cause, f.Retry = messages.CauseTooLong, messages.RetryShorter
	case x.html && status < 500: // before the key is blamed: a proxy refuses with 403 as well
		return notGemini(status)
	case status == http.StatusPaymentRequired, status == http.StatusUnauthorized, status == http.StatusForbidden,
		badKey(r), r.Status == "FAILED_PRECONDITION": // the last: region or billing
		f.Cause = messages.CauseKey
	case status == http.StatusNotFound:
		f.Cause = messages.CauseModel
	case status == statusCancelled:
		f.Cause, f.Retry = messages.CauseOverloaded, messages.RetryOnce
	case status == http.StatusRequestTimeout || status >= 500 || status == 0:
		f.Cause, f.Retry = messages.CauseOverloaded, messages.RetryBackoff
		f.After = max(x.retryAfter, r.retryDelay())
	}
	return f
}

// exhausted tells apart the quotas of a 429.
func (c *Client) exhausted(f *messages.Failure, x *exchange, r *refusal) {
	f.Limits = r.limits()
	if r.perDay() {
		f.Cause, f.Retry = messages.CauseDayQuota, messages.RetryNever
		f.After = untilNewDay(time.Now())
		return
	}
	f.Cause = messages.CauseMinuteQuota
	f.After = max(x.retryAfter, r.retryDelay())
	f.Retry = messages.RetryAfter
	if f.After == 0 {
		f.Retry = messages.RetryBackoff
	}
}

// untilNewDay returns how long Gemini's daily quota stays used up: it is
// counted anew at midnight in Los Angeles (Gemini API documentation, Rate
// limits).
func untilNewDay(now time.Time) time.Duration {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // cannot be: the zones are compiled in
		zone = time.FixedZone("PST", -8*3600)
	}
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone).Sub(now)
}

func badKey(r *refusal) bool {
	switch r.reason() {
	case "API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "SERVICE_DISABLED":
		return true
	}
	m := strings.ToLower(r.Message)
	return strings.Contains(m, "api key not valid") || strings.Contains(m, "api key expired")
}

func tooLong(status int, r *refusal) bool {
	if status == http.StatusRequestEntityTooLarge {
		return true
	}
	m := strings.ToLower(r.Message)
	return status == http.StatusBadRequest && strings.Contains(m, "token count") && strings.Contains(m, "exceeds")
}
