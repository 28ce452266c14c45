package discordsim

import (
	"fmt"
	"net/http"
)

// An Error is what Discord answers instead of doing something (Discord
// documentation, JSON Error Codes). What people's clients refuse has no Status.
type Error struct {
	Status int    // of HTTP
	Code   int    // of Discord; 0 for none
	Text   string // for people
	Field  string // of code 50035: the form field that is wrong
	Reason string // of code 50035: the field's code
	Detail string // of code 50035: the field's message
}

// Error returns the text, and of a wrong field what is wrong with it.
func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s: %s", e.Text, e.Field, e.Detail)
	}
	return e.Text
}

// refused returns err as an error, nil if it is nil.
func refused(err *Error) error {
	if err == nil {
		return nil
	}
	return err
}

var (
	errUnauthorized       = &Error{Status: http.StatusUnauthorized, Text: "401: Unauthorized"}
	errNotFound           = &Error{Status: http.StatusNotFound, Text: "404: Not Found"}
	errUnknownChannel     = &Error{Status: http.StatusNotFound, Code: 10003, Text: "Unknown Channel"}
	errUnknownGuild       = &Error{Status: http.StatusNotFound, Code: 10004, Text: "Unknown Guild"}
	errUnknownMember      = &Error{Status: http.StatusNotFound, Code: 10007, Text: "Unknown Member"}
	errUnknownMessage     = &Error{Status: http.StatusNotFound, Code: 10008, Text: "Unknown Message"}
	errUnknownUser        = &Error{Status: http.StatusNotFound, Code: 10013, Text: "Unknown User"}
	errUnknownWebhook     = &Error{Status: http.StatusNotFound, Code: 10015, Text: "Unknown Webhook"}
	errUnknownEmoji       = &Error{Status: http.StatusBadRequest, Code: 10014, Text: "Unknown Emoji"}
	errTooManyPins        = &Error{Status: http.StatusBadRequest, Code: 30003, Text: "Maximum number of pins reached for the channel (250)"}
	errUnknownInteraction = &Error{Status: http.StatusNotFound, Code: 10062, Text: "Unknown interaction"}
	errUnknownApplication = &Error{Status: http.StatusNotFound, Code: 10002, Text: "Unknown Application"}
	errTooManyCommands    = &Error{Status: http.StatusBadRequest, Code: 30032, Text: "Maximum number of application commands reached (100)"}
	errCommandsToday      = &Error{Status: http.StatusBadRequest, Code: 30034, Text: "Max number of daily application command creates has been reached (200)"}
	errChannelType        = &Error{Status: http.StatusBadRequest, Code: 50024, Text: "Cannot execute action on this channel type"}
	errUnknownCommand     = &Error{Status: http.StatusNotFound, Code: 10063, Text: "Unknown application command"}
	errAcknowledged       = &Error{Status: http.StatusBadRequest, Code: 40060, Text: "Interaction has already been acknowledged."}
	errTooLarge           = &Error{Status: http.StatusRequestEntityTooLarge, Code: 40005, Text: "Request entity too large"}
	errVersion            = &Error{Status: http.StatusBadRequest, Code: 50041, Text: "Invalid API version"}
	errNotInDM            = &Error{Status: http.StatusBadRequest, Code: 50003, Text: "Cannot execute action on a DM channel"}
	errMissingAccess      = &Error{Status: http.StatusForbidden, Code: 50001, Text: "Missing Access"}
	errNotAuthor          = &Error{Status: http.StatusForbidden, Code: 50005, Text: "Cannot edit a message authored by another user"}
	errEmpty              = &Error{Status: http.StatusBadRequest, Code: 50006, Text: "Cannot send an empty message"}
	errDMClosed           = &Error{Status: http.StatusForbidden, Code: 50007, Text: "Cannot send messages to this user"}
	errMissingPermissions = &Error{Status: http.StatusForbidden, Code: 50013, Text: "Missing Permissions"}
	errInvalidToken       = &Error{Status: http.StatusUnauthorized, Code: 50027, Text: "Invalid Webhook Token"}
	errTooOldToDelete     = &Error{Status: http.StatusBadRequest, Code: 50034, Text: "A message provided was too old to bulk delete"}
	errBadJSON            = &Error{Status: http.StatusBadRequest, Code: 50109, Text: "The request body contains invalid JSON."}
	errReplyUnreadable    = &Error{Status: http.StatusBadRequest, Code: 160002, Text: "Cannot reply without permission to read message history"}
	errRecipient          = &Error{Status: http.StatusBadRequest, Code: 50033, Text: "Invalid Recipient(s)"}
	errThreadLocked       = &Error{Status: http.StatusBadRequest, Code: 160005, Text: "This thread is locked"}
	errGone               = &Error{Status: http.StatusNotFound, Text: "This content is no longer available."}
	errThreadExists       = &Error{Status: http.StatusBadRequest, Code: 160004, Text: "A thread has already been created for this message"}
)

// badForm is error 50035: a field that is not as it must be.
func badForm(field, reason, detail string) *Error {
	return &Error{
		Status: http.StatusBadRequest, Code: 50035, Text: "Invalid Form Body",
		Field: field, Reason: reason, Detail: detail,
	}
}

func tooLong(field string, bound int) *Error {
	return badForm(field, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", bound))
}

type wireError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Errors  any    `json:"errors,omitempty"`
}

func (e *Error) wire() wireError {
	w := wireError{Message: e.Text, Code: e.Code}
	if e.Field != "" {
		type leaf struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		w.Errors = map[string]any{e.Field: map[string][]leaf{"_errors": {{e.Reason, e.Detail}}}}
	}
	return w
}
