package gemini

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genai"

	"troupe/messages"
)

// A refusal is the error that Gemini answers with, or sends in a stream.
type refusal struct {
	Code    int
	Status  string // such as RESOURCE_EXHAUSTED
	Message string // may quote the request: see [redactor.detail]
	Details []detail
}

// A detail is one of google.rpc's error details; the fields are those of the
// three kinds that tell us something (google/rpc/error_details.proto).
type detail struct {
	Reason     string      `json:"reason"`     // ErrorInfo
	RetryDelay string      `json:"retryDelay"` // RetryInfo: "48s"
	Violations []violation `json:"violations"` // QuotaFailure
}

type violation struct {
	QuotaID    string `json:"quotaId"`
	QuotaValue string `json:"quotaValue"`
}

// parseRefusal reads the body of an error: an object, or a list of one as some
// streams have it. It returns nil for anything else.
func parseRefusal(body []byte) *refusal {
	type object struct {
		Error *struct {
			Code    int               `json:"code"`
			Status  string            `json:"status"`
			Message string            `json:"message"`
			Details []json.RawMessage `json:"details"`
		} `json:"error"`
	}
	var one object
	if json.Unmarshal(body, &one) != nil {
		var list []object
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return nil
		}
		one = list[0]
	}
	if one.Error == nil {
		return nil
	}
	r := &refusal{Code: one.Error.Code, Status: one.Error.Status, Message: one.Error.Message}
	for _, raw := range one.Error.Details {
		var d detail
		if json.Unmarshal(raw, &d) == nil { // a kind with other fields is passed over
			r.Details = append(r.Details, d)
		}
	}
	return r
}

// refusalOf reads an error that came within a stream.
func refusalOf(e genai.APIError) *refusal {
	r := &refusal{Code: e.Code, Status: e.Status, Message: e.Message}
	for _, fields := range e.Details {
		var d detail
		raw, err := json.Marshal(fields)
		if err == nil && json.Unmarshal(raw, &d) == nil {
			r.Details = append(r.Details, d)
		}
	}
	return r
}

// reason returns the ErrorInfo's, such as API_KEY_INVALID.
func (r *refusal) reason() string {
	for _, d := range r.Details {
		if d.Reason != "" {
			return d.Reason
		}
	}
	return ""
}

// retryDelay returns what RetryInfo asks for, 0 if there is none.
func (r *refusal) retryDelay() time.Duration {
	for _, d := range r.Details {
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait > 0 {
			return wait
		}
	}
	return 0
}

// limits returns the quotas that were passed. An ID such as
// GenerateRequestsPerDayPerProjectPerModel-FreeTier says which.
func (r *refusal) limits() []messages.Limit {
	var limits []messages.Limit
	for _, d := range r.Details {
		for _, v := range d.Violations {
			what := ""
			switch {
			case strings.Contains(v.QuotaID, "RequestsPerDay"):
				what = "rpd"
			case strings.Contains(v.QuotaID, "RequestsPerMinute"):
				what = "rpm"
			case strings.Contains(v.QuotaID, "Token") && strings.Contains(v.QuotaID, "PerMinute"):
				what = "tpm"
			default:
				continue
			}
			value, _ := strconv.Atoi(v.QuotaValue)
			limits = append(limits, messages.Limit{What: what, Value: max(value, 0)})
		}
	}
	return limits
}

// perDay reports whether a quota of the day was passed, of requests or of
// anything else. The RetryInfo beside it speaks of the minute and is of no use.
func (r *refusal) perDay() bool {
	for _, d := range r.Details {
		for _, v := range d.Violations {
			if strings.Contains(v.QuotaID, "PerDay") {
				return true
			}
		}
	}
	return false
}
