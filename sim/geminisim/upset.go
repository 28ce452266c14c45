package geminisim

import (
	"net/http"
	"strings"

	"troupe/sim/fault"
)

// failure is the refusal that a fault stands for.
func failure(f fault.Fault, x *exchange) *refusal {
	r := failureOf(f, x)
	r.page = f.HTML
	if f.RetryAfter > 0 && (r.page || len(r.details) == 0) {
		r.retryAfter = f.RetryAfter // else RetryInfo tells it, to the millisecond
	}
	return r
}

func failureOf(f fault.Fault, x *exchange) *refusal {
	switch f.Status {
	case 0, http.StatusOK: // of a page in the place of an answer
		return refuse(http.StatusOK, "", "")
	case http.StatusTooManyRequests:
		return tooMany(f, x)
	case http.StatusBadRequest:
		return badRequest(f, x)
	case http.StatusUnauthorized:
		return refuse(f.Status, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
	case http.StatusPaymentRequired:
		return refuse(f.Status, "FAILED_PRECONDITION", "Your prepayment credits are depleted.")
	case http.StatusForbidden:
		r := refuse(f.Status, "PERMISSION_DENIED", "Generative Language API has not been used in project 12345678 before or it is disabled.")
		r.details = []map[string]any{detail("ErrorInfo", map[string]any{"reason": "SERVICE_DISABLED", "domain": "googleapis.com"})}
		return r
	case http.StatusNotFound:
		return noModel(x.name, x.method())
	case http.StatusInternalServerError:
		return refuse(f.Status, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting")
	case http.StatusServiceUnavailable:
		return refuse(f.Status, "UNAVAILABLE", "The model is overloaded. Please try again later.")
	case http.StatusGatewayTimeout:
		return refuse(f.Status, "DEADLINE_EXCEEDED", "The request timed out. Please try again.")
	default:
		return refuse(f.Status, strings.ToUpper(strings.ReplaceAll(http.StatusText(f.Status), " ", "_")), http.StatusText(f.Status))
	}
}

// tooMany is a 429 that no count of ours has led to.
func tooMany(f fault.Fault, x *exchange) *refusal {
	if f.Scope == "shared" {
		return overloaded()
	}
	q := x.s.quota(x.model.Name)
	q = Quota{RPM: or(q.RPM, 10), TPM: or(q.TPM, 250000), RPD: or(q.RPD, 500)} // some limit must be named
	e := &excess{after: f.RetryAfter}
	switch f.Scope {
	case "day":
		e.rpd, e.after = true, or(f.RetryAfter, dayDelay)
	case "tokens":
		e.tpm = true
	default:
		e.rpm = true
	}
	return exhausted(x.model, q, e)
}

func badRequest(f fault.Fault, x *exchange) *refusal {
	switch f.Scope {
	case "key":
		return badKey()
	case "tokens":
		return tooManyTokens(x.model.Context+1, x.model.Context)
	case "location":
		return refuse(f.Status, "FAILED_PRECONDITION", "User location is not supported for the API use.")
	default:
		return invalid("Request contains an invalid argument.")
	}
}
