package gemini

import (
	"strings"

	"google.golang.org/genai"

	"troupe/messages"
)

// readFinish takes in what a chunk says of the end.
func (a *answer) readFinish(reason genai.FinishReason) {
	if reason == "" || reason == genai.FinishReasonUnspecified {
		return
	}
	a.finish = reason
	switch reason { //nolint:exhaustive // the others block nothing
	case genai.FinishReasonSafety, genai.FinishReasonProhibitedContent, genai.FinishReasonBlocklist,
		genai.FinishReasonSPII, genai.FinishReasonImageSafety, genai.FinishReasonImageProhibitedContent,
		"MODEL_ARMOR", "JAILBREAK":
		a.blocked = "answer: " + word(string(reason))
	}
}

// end says what has become of the stream. broken is how it ended early, nil
// when it ended by itself.
func (a *answer) end(broken *messages.Failure) (*messages.Generation, *messages.Failure) {
	switch {
	case a.blocked != "":
		return a.fail(messages.CauseSafety, messages.RetryNever, a.blocked)
	case broken != nil && (!a.usable() || broken.Cause == messages.CauseCancelled):
		broken.Usage = a.usage
		return nil, broken
	case broken != nil:
		return a.give(true)
	}
	switch a.finish { //nolint:exhaustive // what blocks is dealt with above
	case "":
		return a.giveOr(true, "the stream ended without a finish reason")
	case genai.FinishReasonStop:
		return a.giveOr(false, "STOP")
	case genai.FinishReasonMaxTokens:
		return a.giveOr(false, "MAX_TOKENS, all of them spent on thinking")
	case genai.FinishReasonRecitation, genai.FinishReasonImageRecitation:
		return a.fail(messages.CauseRecitation, messages.RetryOnce, word(string(a.finish)))
	case genai.FinishReasonContinuation, genai.FinishReasonOther, genai.FinishReasonLanguage,
		genai.FinishReasonMalformedFunctionCall, genai.FinishReasonUnexpectedToolCall, genai.FinishReasonTooManyToolCalls,
		genai.FinishReasonNoImage, genai.FinishReasonImageOther:
		return a.giveOr(true, word(string(a.finish)))
	default:
		a.strange = true
		return a.giveOr(false, word(string(a.finish)))
	}
}

// usable reports whether there is anything to show.
func (a *answer) usable() bool {
	return len(a.files) > 0 || strings.TrimSpace(a.text.String()) != ""
}

// giveOr gives what there is. When there is nothing, detail says why.
func (a *answer) giveOr(cut bool, detail string) (*messages.Generation, *messages.Failure) {
	if a.usable() {
		return a.give(cut)
	}
	if a.calls > 0 {
		detail += ", only calls of functions that we did not declare"
	}
	return a.fail(messages.CauseEmpty, messages.RetryOnce, detail)
}

func (a *answer) give(cut bool) (*messages.Generation, *messages.Failure) {
	if !cut {
		a.writeSources()
	}
	return &messages.Generation{
		Text:      a.text.String(),
		Model:     a.model,
		Usage:     a.usage,
		Truncated: !cut && a.finish == genai.FinishReasonMaxTokens,
		Cut:       cut,
		Files:     a.files,
	}, nil
}

func (a *answer) fail(cause messages.Cause, retry messages.Retry, detail string) (*messages.Generation, *messages.Failure) {
	return nil, &messages.Failure{Cause: cause, Retry: retry, Detail: detail, Usage: a.usage}
}

// writeSources names the pages that a grounded answer rests on. The links are
// written so that Discord shows no preview of them.
func (a *answer) writeSources() {
	for i, s := range a.sources {
		if i == 0 {
			a.text.WriteString("\n\nSources:")
		}
		a.text.WriteString("\n- ")
		if s.title != "" {
			a.text.WriteString(s.title + ": ")
		}
		a.text.WriteString("<" + s.uri + ">")
	}
}
