package geminisim

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"troupe/sim/fault"
)

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1beta/models", s.serveModels)
	mux.HandleFunc("GET /v1beta/models/{model}", s.serveModel)
	mux.HandleFunc("POST /v1beta/models/{call}", s.serveCall)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		(&refusal{status: http.StatusNotFound, page: true}).write(w, false)
	})
	return mux
}

func (s *Server) serveModels(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r, ClassModels, "")
	defer x.end()
	if !x.known() || !x.upset(s.plan.Take(x.class)) {
		return
	}
	s.mu.Lock()
	models := s.models
	s.mu.Unlock()
	var list wireModels
	for _, m := range models {
		list.Models = append(list.Models, m.wire())
	}
	x.respond(marshal(list))
}

func (s *Server) serveModel(w http.ResponseWriter, r *http.Request) {
	x := s.begin(w, r, ClassModels, r.PathValue("model"))
	defer x.end()
	if !x.known() || !x.upset(s.plan.Take(x.class)) {
		return
	}
	if x.find() {
		x.respond(marshal(x.model.wire()))
	}
}

// serveCall serves what is asked of a model: its name and the method stand in
// one segment of the path.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request) {
	name, method, _ := strings.Cut(r.PathValue("call"), ":")
	class, ok := map[string]fault.Class{
		"generateContent":       ClassGenerate,
		"streamGenerateContent": ClassStream,
		"countTokens":           ClassCount,
		"embedContent":          ClassEmbed,
		"batchEmbedContents":    ClassEmbed,
	}[method]
	x := s.begin(w, r, class, name)
	defer x.end()
	switch {
	case !ok:
		x.refuse(noModel(name, method))
	case !x.known() || !x.find():
	case class == ClassCount:
		x.count()
	case class == ClassEmbed:
		x.embed()
	default:
		x.generate()
	}
}

// known reports whether the call came with the key, and refuses it otherwise.
func (x *exchange) known() bool {
	key := x.r.Header.Get("X-Goog-Api-Key")
	if key == "" {
		key = x.r.URL.Query().Get("key")
	}
	switch {
	case key == "":
		x.refuse(noKey())
	case subtle.ConstantTimeCompare([]byte(key), []byte(x.s.Key())) == 0:
		x.refuse(badKey())
	default:
		return true
	}
	return false
}

// find looks up the model, and refuses the call if there is none, or it is none for
// such a call.
func (x *exchange) find() bool {
	m, ok := x.s.model(x.name)
	switch x.class {
	case ClassGenerate, ClassStream:
		ok = ok && !m.Embeds
	case ClassEmbed:
		ok = ok && m.Embeds
	}
	if !ok {
		x.refuse(noModel(x.name, x.method()))
	}
	x.model = m
	return ok
}
