package turn

import (
	"context"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"troupe/actors"
	"troupe/messages"
)

// Bounds of the attachments that a question brings along as text.
const (
	maxFiles     = 5
	maxFileBytes = 128 << 10
)

// plain are endings of files that are text though their type does not say so.
const plain = " .txt .md .log .csv .json .yaml .yml .toml .xml .html .css .js .ts .go .py .rs .c .h .cpp .java .kt .sh .sql .diff .patch .ini .conf "

// readable returns the attachments that the model can be shown as text.
func (a *turn) readable(files []messages.Attachment) []messages.Attachment {
	if a.cfg.Files == nil {
		return nil
	}
	var kept []messages.Attachment
	for _, f := range files {
		if len(kept) < maxFiles && f.Size <= maxFileBytes && isText(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

func isText(f messages.Attachment) bool {
	kind, _, _ := strings.Cut(f.Type, ";")
	ending := strings.ToLower(path.Ext(f.Name))
	return strings.HasPrefix(kind, "text/") || kind == "application/json" || ending != "" && strings.Contains(plain, " "+ending+" ")
}

// fetch asks for an attachment; several turns may want the same.
func (a *turn) fetch(t *messages.Trigger, f messages.Attachment) *messages.Join {
	files := a.cfg.Files
	return &messages.Join{Key: "file/" + strconv.FormatUint(f.ID, 10), Job: &messages.Job{
		Kind: "attachment", Guild: t.Guild, Fair: t.Channel.String(), Wait: fileWait, Timeout: fileWait,
		Run: func(ctx context.Context, _ func(any)) any {
			b, err := files.Fetch(ctx, f.URL, maxFileBytes)
			if err != nil {
				return err
			}
			return b
		},
	}}
}

// fileText returns what an attachment says, if it came and is text.
func fileText(m actors.Answered) (text string, read bool) {
	joined, _ := m.Message.(*messages.Joined)
	if joined == nil {
		return "", false
	}
	b, _ := joined.Result.([]byte)
	return string(b), b != nil && utf8.Valid(b)
}
