package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// Codes of Discord's that discordgo does not know (Discord documentation,
// Opcodes and Status Codes: JSON).
const (
	codeNoMutualGuild   = 50278
	codeBlockedByRule   = 200000 // by automatic moderation
	codeBlockedTitle    = 200001 // likewise
	codeBlockedByFilter = 240000 // of harmful links
)

// maxDetail bounds the text of a failure, in bytes.
const maxDetail = 200

// maxFields bounds how many wrong fields of a request are named.
const maxFields = 4

// wrongToken is what a 401 means, and what to do about it.
const wrongToken = "Discord does not know this bot token; copy a valid one from the Developer Portal, page Bot"

// failureOf returns what a reply that is not ok means.
func failureOf(r reply, now time.Time) *messages.Failure {
	var w struct {
		discordgo.APIErrorMessage
		Errors json.RawMessage `json:"errors"`
	}
	inJSON := json.Unmarshal(r.body, &w) == nil
	f := &messages.Failure{Status: r.status, Detail: detail(w.Code, w.Message, w.Errors)}
	f.Cause, f.Retry = causeOf(r.status, w.Code)
	switch {
	case r.status >= http.StatusMultipleChoices && r.status < http.StatusBadRequest:
		f.Detail = "redirected, which is not followed: check the base URL"
	case inJSON || !webPage(r.header):
	case r.status < http.StatusInternalServerError:
		// A proxy or a firewall: it says nothing about channels or permissions.
		f.Cause, f.Retry = messages.CauseUnreachable, messages.RetryBackoff
		f.Detail = "a web page answered, not Discord's API: check the base URL and the proxy"
	default:
		f.Detail = "a web page answered"
	}
	if f.Retry == messages.RetryBackoff {
		f.After, _ = retryAfter(r.header, now)
	}
	return f
}

// codeOf returns Discord's own code for an error; 0 if it gives none.
func codeOf(body []byte) int {
	var w discordgo.APIErrorMessage
	_ = json.Unmarshal(body, &w) // what is no JSON has no code
	return w.Code
}

// causeOf maps Discord's own code where it says more than the status of HTTP.
func causeOf(status, code int) (messages.Cause, messages.Retry) {
	switch code {
	case discordgo.ErrCodeUnknownChannel, discordgo.ErrCodeUnknownMessage, discordgo.ErrCodeUnknownInteraction,
		discordgo.ErrCodeUnknownWebhook, discordgo.ErrCodeInvalidWebhookTokenProvided:
		return messages.CauseGone, messages.RetryNever
	case discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions, discordgo.ErrCodeCannotSendMessagesToThisUser,
		codeNoMutualGuild, codeBlockedByRule, codeBlockedTitle, codeBlockedByFilter,
		discordgo.ErrCodeCannotSendMessagesInVoiceChannel, discordgo.ErrCodeChannelVerificationLevelTooHigh,
		discordgo.ErrCodeCannotExecuteActionOnThisChannelType, discordgo.ErrCodePerformedOperationOnArchivedThread,
		discordgo.ErrCodeThreadIsLocked, discordgo.ErrCodeCannotReplyWithoutPermissionToReadMessageHistory:
		return messages.CauseNoPermission, messages.RetryNever
	case discordgo.ErrCodeSendMessagesHasBeenTemporarilyDisabled, discordgo.ErrCodeFeatureTemporarilyDisabledServerSide,
		discordgo.ErrCodeAPIResourceIsCurrentlyOverloaded:
		return messages.CauseOverloaded, messages.RetryBackoff
	}
	switch {
	case status == http.StatusUnauthorized:
		return messages.CauseKey, messages.RetryNever
	case status == http.StatusForbidden:
		return messages.CauseNoPermission, messages.RetryNever
	case status == http.StatusNotFound:
		return messages.CauseGone, messages.RetryNever
	case status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return messages.CauseOverloaded, messages.RetryBackoff
	case status < http.StatusBadRequest:
		return messages.CauseUnreachable, messages.RetryNever
	}
	return messages.CauseInternal, messages.RetryNever // we asked for what cannot be
}

// unanswered returns what the end of a request without an answer means, or that
// of an answer which broke off. Whether Discord did what it was asked for is not
// known. caller is the context that we were given.
func unanswered(caller context.Context, r reply) *messages.Failure {
	f := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff, Status: r.status}
	switch {
	case errors.Is(caller.Err(), context.Canceled):
		f.Cause, f.Retry, f.Detail = messages.CauseCancelled, messages.RetryNever, "nobody waits for it any more"
	case caller.Err() != nil:
		f.Cause, f.Detail = messages.CauseTimeout, "no answer within the caller's deadline"
	case errors.Is(r.err, context.DeadlineExceeded):
		f.Detail = "no answer in time"
	default:
		f.Detail = r.err.Error()
	}
	return f
}

func webPage(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "text/html"
}

// detail describes an error of Discord's. Of fields that are wrong only the
// names are told: what is said about them may quote what people wrote.
func detail(code int, message string, fields json.RawMessage) string {
	var words []string
	if code != 0 {
		words = append(words, "code "+strconv.Itoa(code))
	}
	if message != "" {
		words = append(words, message)
	}
	if wrong := wrongFields(fields); len(wrong) > 0 {
		words = append(words, strings.Join(wrong, ", "))
	}
	return strings.Join(words, ": ")
}

// wrongFields lists the fields that an error finds wrong, and each one's code
// (Discord documentation, Reference: Error Messages).
func wrongFields(b json.RawMessage) (wrong []string) {
	var walk func(path string, b json.RawMessage)
	walk = func(path string, b json.RawMessage) {
		var fields map[string]json.RawMessage
		if json.Unmarshal(b, &fields) != nil {
			return
		}
		for _, name := range sortedKeys(fields) {
			if len(wrong) >= maxFields {
				return
			}
			if name != "_errors" {
				walk(strings.TrimPrefix(path+"."+name, "."), fields[name])
				continue
			}
			var errs []struct {
				Code string `json:"code"`
			}
			if json.Unmarshal(fields[name], &errs) == nil && len(errs) > 0 {
				wrong = append(wrong, fmt.Sprintf("%s %s", path, errs[0].Code))
			}
		}
	}
	walk("", b)
	return wrong
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// line makes s fit for a log: on one line, short, and without the secrets.
func line(s string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[token]")
		}
	}
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	if len(s) > maxDetail {
		s = s[:maxDetail] + "…"
	}
	return strings.ToValidUTF8(s, "")
}
