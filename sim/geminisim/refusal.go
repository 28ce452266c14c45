package geminisim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A refusal is an error that is answered. Its texts are those of the Gemini API,
// as far as they are on record or have been seen; those of 500 and 503 are.
type refusal struct {
	status     int
	code       string // of google.rpc.Code
	message    string
	details    []map[string]any
	retryAfter time.Duration // of the header
	page       bool          // a web page instead
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.code, r.message) }

func (r *refusal) body() []byte {
	if r.page {
		return []byte("<!DOCTYPE html>\n<html><head><title>" + strconv.Itoa(r.status) + "</title></head>" +
			"<body><h1>" + http.StatusText(r.status) + "</h1></body></html>\n")
	}
	return marshal(wireError{Error: wireStatus{Code: r.status, Message: r.message, Status: r.code, Details: r.details}})
}

func (r *refusal) contentType() string {
	if r.page {
		return "text/html; charset=UTF-8"
	}
	return "application/json; charset=UTF-8"
}

func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

// invalid refuses a request that is not as it must be.
func invalid(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf(format, args...))
}

func noKey() *refusal {
	return refuse(http.StatusForbidden, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without "+
		"established identity). Please use API Key or other form of API consumer identity to call this API.")
}

func badKey() *refusal {
	r := invalid("API key not valid. Please pass a valid API key.")
	r.details = []map[string]any{detail("ErrorInfo", map[string]any{
		"reason": "API_KEY_INVALID", "domain": "googleapis.com",
		"metadata": map[string]string{"service": "generativelanguage.googleapis.com"},
	})}
	return r
}

func noModel(name, method string) *refusal {
	return refuse(http.StatusNotFound, "NOT_FOUND", "models/"+name+" is not found for API version v1beta, or is not supported for "+
		method+". Call ListModels to see the list of available models and their supported methods.")
}

func tooManyTokens(tokens, most int) *refusal {
	return invalid("The input token count (%d) exceeds the maximum number of tokens allowed (%d).", tokens, most)
}

// overloaded is a 429 that comes from a lack of capacity: it names no quota.
func overloaded() *refusal {
	return refuse(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
}

// exhausted is a 429 by quota.
func exhausted(m Model, q Quota, e *excess) *refusal {
	requests, tokens, metrics := "GenerateRequests", "GenerateContentInputTokens", "generate_content_free_tier_"
	if m.Embeds {
		requests, tokens, metrics = "EmbedContentRequests", "EmbedContentInputTokens", "embed_content_free_tier_"
	}
	var violations []map[string]any
	lines := []string{"You exceeded your current quota, please check your plan and billing details."}
	violate := func(id, metric string, limit int) {
		metric = "generativelanguage.googleapis.com/" + metrics + metric
		violations = append(violations, map[string]any{
			"quotaMetric": metric, "quotaId": id, "quotaValue": strconv.Itoa(limit),
			"quotaDimensions": map[string]string{"location": "global", "model": m.Name},
		})
		lines = append(lines, fmt.Sprintf("* Quota exceeded for metric: %s, limit: %d, model: %s", metric, limit, m.Name))
	}
	if e.rpm {
		violate(requests+"PerMinutePerProjectPerModel-FreeTier", "requests", q.RPM)
	}
	if e.tpm {
		violate(tokens+"PerModelPerMinute-FreeTier", "input_token_count", q.TPM)
	}
	if e.rpd {
		violate(requests+"PerDayPerProjectPerModel-FreeTier", "requests", q.RPD)
	}
	details := []map[string]any{detail("QuotaFailure", map[string]any{"violations": violations})}
	if e.after > 0 {
		delay := seconds(e.after)
		lines = append(lines, "Please retry in "+delay+".")
		details = append(details, detail("RetryInfo", map[string]any{"retryDelay": delay}))
	}
	r := refuse(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", strings.Join(lines, "\n"))
	r.details = details
	return r
}

// detail is one of google.rpc's error details.
func detail(kind string, fields map[string]any) map[string]any {
	fields["@type"] = "type.googleapis.com/google.rpc." + kind
	return fields
}

// seconds writes a length of time as JSON has it for protobuf, never too short.
func seconds(d time.Duration) string {
	ms := (d + time.Millisecond - 1) / time.Millisecond
	return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) + "s"
}

// write answers with the refusal. A stream that is no SSE has it in a list.
func (r *refusal) write(w http.ResponseWriter, list bool) {
	body := r.body()
	if list && !r.page {
		body = append(append([]byte("["), body...), ']')
	}
	h := w.Header()
	h.Set("Content-Type", r.contentType())
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((r.retryAfter+time.Second-1)/time.Second)))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(body) // a client that left is noticed elsewhere
}
