package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	bodyLimit = 64 << 10         // bytes of a request
	bodyTime  = 10 * time.Second // for them to arrive
	pageSize  = 50               // messages loaded at once
)

// shown is a message as the page gets it.
type shown struct {
	Message
	HTML string `json:"html"`
}

func (p *playground) state(w http.ResponseWriter, r *http.Request) {
	last := p.feed.last() // before the overview: what changes meanwhile is told again
	o, err := p.world.Overview(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.answer(w, struct {
		Overview
		Last string `json:"last"`
	}{o, last})
}

func (p *playground) messages(w http.ResponseWriter, r *http.Request) {
	o, err := p.world.Overview(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	list, err := p.world.Messages(r.Context(), r.PathValue("channel"), r.URL.Query().Get("before"), pageSize)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	names, out := newNames(o), make([]shown, 0, len(list))
	for _, m := range list {
		out = append(out, p.show(m, names))
	}
	p.answer(w, struct {
		Messages []shown `json:"messages"`
		More     bool    `json:"more"`
	}{out, len(list) == pageSize})
}

// show renders a message and shortens what it quotes.
func (p *playground) show(m Message, n names) shown {
	if m.Reply != nil {
		q := *m.Reply
		q.Text = p.text.plain(q.Text, n)
		m.Reply = &q
	}
	return shown{m, p.text.render(m.Text, n)}
}

func (p *playground) say(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Person  string `json:"person"`
		Text    string `json:"text"`
		ReplyTo string `json:"reply_to"`
	}
	if p.read(w, r, &in) {
		p.done(w, r, p.world.Say(r.Context(), Say{
			Person: in.Person, Channel: r.PathValue("channel"), Text: in.Text, ReplyTo: in.ReplyTo,
		}))
	}
}

func (p *playground) edit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Person string `json:"person"`
		Text   string `json:"text"`
	}
	if p.read(w, r, &in) {
		p.done(w, r, p.world.Edit(r.Context(), in.Person, r.PathValue("channel"), r.PathValue("message"), in.Text))
	}
}

func (p *playground) delete(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Person string `json:"person"`
	}
	if p.read(w, r, &in) {
		p.done(w, r, p.world.Delete(r.Context(), in.Person, r.PathValue("channel"), r.PathValue("message")))
	}
}

func (p *playground) use(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Person  string            `json:"person"`
		Command string            `json:"command"`
		Options map[string]string `json:"options"`
	}
	if p.read(w, r, &in) {
		p.done(w, r, p.world.Use(r.Context(), Use{
			Person: in.Person, Channel: r.PathValue("channel"), Command: in.Command, Options: in.Options,
		}))
	}
}

func (p *playground) openDM(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Person string `json:"person"`
	}
	if !p.read(w, r, &in) {
		return
	}
	channel, err := p.world.OpenDM(r.Context(), in.Person)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.answer(w, map[string]string{"channel": channel})
}

// file serves an attachment. Pictures that cannot carry a script are shown,
// everything else is saved.
func (p *playground) file(w http.ResponseWriter, r *http.Request) {
	f, body, err := p.world.File(r.Context(), r.PathValue("id"))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	defer func() { _ = body.Close() }()
	disposition, kind := "attachment", "application/octet-stream"
	if picture(f.Type) {
		disposition, kind = "inline", f.Type
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable") // an ID never gets another file
	if d := mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}); d != "" {
		disposition = d
	}
	w.Header().Set("Content-Disposition", disposition)
	if _, err := io.Copy(w, body); err != nil {
		p.log.Debug("attachment cut off", "err", err)
	}
}

// picture reports whether a browser may show the type in the page.
func picture(kind string) bool {
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

// read decodes a request's JSON into v, or answers why it does not.
func (p *playground) read(w http.ResponseWriter, r *http.Request, v any) bool {
	// A form of another site cannot send this type without asking first.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		reply(w, http.StatusUnsupportedMediaType, "send application/json")
		return false
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime)) // not every connection has one
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		reply(w, http.StatusRequestEntityTooLarge, "the message is too long")
		return false
	}
	if err != nil || json.Unmarshal(body, v) != nil {
		reply(w, http.StatusBadRequest, "the request is not understood")
		return false
	}
	return true
}

// done answers a request that has nothing to tell but whether it went well.
func (p *playground) done(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		p.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail answers with an error: the reason of a refusal, nothing of a fault.
func (p *playground) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil { // whoever asked has gone, or the server ends
		reply(w, http.StatusServiceUnavailable, "the playground is ending")
		return
	}
	if refused, ok := errors.AsType[*Refused](err); ok {
		reply(w, http.StatusUnprocessableEntity, refused.Reason)
		return
	}
	p.log.Error("simulated world failed", "err", err)
	reply(w, http.StatusInternalServerError, "the simulated Discord failed; the log says why")
}

func (p *playground) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.log.Debug("answer cut off", "err", err)
	}
}

// reply answers with an error that the page shows.
func reply(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": reason}) // whoever has gone needs none
}
