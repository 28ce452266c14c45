package web

import (
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

//go:embed static
var static embed.FS

// contentPolicy lets the page load what it came with, and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Config is what the playground page is made of.
type Config struct {
	World World
	Hosts []string // names besides the loopback ones under which the page may be opened, without a port
	Log   *slog.Logger
}

// playground serves the page and what its script asks for.
type playground struct {
	world   World
	feed    *feed
	streams chan struct{} // holds one for each browser that follows
	text    markdown
	log     *slog.Logger
}

// Playground returns the handler of the playground page. It watches the world
// as long as both live.
//
// Whoever reaches the page may speak as anybody in the world, so it is made for
// loopback. Requests for another host than a loopback one are refused, which
// keeps out sites that have rebound their name to this machine; so is whatever
// the page of another site sends or fetches. A link from there may open the page.
func Playground(cfg Config) http.Handler {
	p := &playground{
		world: cfg.World, feed: newFeed(), streams: make(chan struct{}, streams), text: newMarkdown(), log: cfg.Log,
	}
	p.world.Watch(p.feed.add)

	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	m := http.NewServeMux()
	m.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "page.html")
	})
	m.HandleFunc("GET /api/state", p.state)
	m.HandleFunc("GET /api/events", p.events)
	m.HandleFunc("GET /api/channels/{channel}/messages", p.messages)
	m.HandleFunc("POST /api/channels/{channel}/messages", p.say)
	m.HandleFunc("PATCH /api/channels/{channel}/messages/{message}", p.edit)
	m.HandleFunc("DELETE /api/channels/{channel}/messages/{message}", p.delete)
	m.HandleFunc("POST /api/channels/{channel}/commands", p.use)
	m.HandleFunc("POST /api/dms", p.openDM)
	m.HandleFunc("GET /files/{id}", p.file)
	return p.guard(cfg.Hosts, http.NewCrossOriginProtection().Handler(m))
}

// guard refuses what comes from elsewhere and sets the headers that every answer
// has.
func (p *playground) guard(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := hostname(r.Host)
		if !loopback(name) && !slices.Contains(hosts, name) {
			http.Error(w, "this page is served under a loopback name only, such as localhost", http.StatusMisdirectedRequest)
			return
		}
		if foreign(r) {
			http.Error(w, "this page is for itself: another site may link to it, but not use it", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		defer p.survive(w, r)
		next.ServeHTTP(w, r)
	})
}

// survive turns a panic into an error. It is to be deferred.
func (p *playground) survive(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v) // made for the server
	}
	p.log.Error("page handler panicked", "panic", v, "path", r.URL.Path, "stack", string(debug.Stack()))
	http.Error(w, "internal error", http.StatusInternalServerError)
}

// foreign reports whether the page of another site has sent a request, other
// than by a link to this page. Browsers tell (Fetch Metadata Request Headers);
// who tells nothing is no browser.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return false
	}
	return r.URL.Path != "/" || r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// hostname returns the name in a Host header, without port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// loopback reports whether a host is this machine's loopback.
func loopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && addr.IsLoopback()
}
