// Package gemini speaks to Google's Gemini API through genai.
//
// One call of ours is one request on the wire: genai's continuations and
// retries are off, and who wants to try again is told how by the
// [messages.Failure]. Only a server that seems to have no streams is asked a
// second time, for the answer in one piece. Whatever genai or Gemini does, a call ends within its
// deadlines with a whole answer, a cut one, or a Failure whose text holds
// neither the key nor anything that people wrote.
//
// genai also writes to the standard library's log; the binary routes that.
package gemini

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/genai"

	"troupe/messages"
)

// BaseURL is the address of the Gemini API.
const BaseURL = "https://generativelanguage.googleapis.com/"

// apiVersion is the version of the API that is spoken where [Config] names none
// (Gemini API documentation, API versions).
const apiVersion = "v1beta"

// The deadlines of a call, where [Config] gives none. A model that thinks at
// its highest level may be silent for most of a minute.
const (
	DefaultTimeout    = 3 * time.Minute
	DefaultFirstChunk = 60 * time.Second
	DefaultStall      = 20 * time.Second
)

// Config is what a client is made of.
type Config struct {
	Key        string
	BaseURL    string            // "" for [BaseURL]
	Transport  http.RoundTripper // nil for one of our own, see [Client.Close]
	Safety     string            // how much Gemini blocks: none, few, some, most; "" for its default
	Thinking   string            // minimal, low, medium, high, xhigh; "" for the model's default
	Timeout    time.Duration     // of a whole call; 0 for [DefaultTimeout]
	FirstChunk time.Duration     // until the first chunk; 0 for [DefaultFirstChunk]
	Stall      time.Duration     // between two chunks; 0 for [DefaultStall]
	Log        *slog.Logger      // nil for none
}

// Client asks Gemini. It is safe for concurrent use and keeps no state from
// call to call but its connections.
type Client struct {
	models    *genai.Models
	transport *transport
	redact    redactor
	base      string
	safety    []*genai.SafetySetting
	thinking  string
	timeout   time.Duration
	first     time.Duration
	stall     time.Duration
	log       *slog.Logger
	noStreams atomic.Bool // the server has none
}

// New returns a client, without asking Gemini anything. Its errors say what is
// wrong with cfg and do not hold the key.
func New(ctx context.Context, cfg Config) (*Client, error) {
	if strings.TrimSpace(cfg.Key) == "" {
		return nil, errors.New("gemini: no key is set; one is made at https://aistudio.google.com/apikey")
	}
	base, version, err := checkBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	safety, err := safetySettings(cfg.Safety)
	if err != nil {
		return nil, err
	}
	levels := []string{"", ThinkMinimal, ThinkLow, ThinkMedium, ThinkHigh, ThinkXHigh}
	if !slices.Contains(levels, cfg.Thinking) {
		return nil, fmt.Errorf("gemini: %.20q is no thinking level: choose minimal, low, medium, high or xhigh", cfg.Thinking)
	}
	c := &Client{
		transport: newTransport(cfg.Transport),
		redact:    newRedactor(cfg.Key),
		base:      base,
		safety:    safety,
		thinking:  cfg.Thinking,
		timeout:   orDefault(cfg.Timeout, DefaultTimeout),
		first:     orDefault(cfg.FirstChunk, DefaultFirstChunk),
		stall:     orDefault(cfg.Stall, DefaultStall),
		log:       cfg.Log,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	// Everything is explicit, since genai would fill gaps from the environment.
	g, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey:      cfg.Key,
		Backend:     genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: base, APIVersion: version},
		HTTPClient:  &http.Client{Transport: c.transport, CheckRedirect: noRedirect},
	})
	if err != nil {
		// genai's error prints its whole configuration, the key included.
		return nil, errors.New("gemini: genai refuses its configuration: check the key and base URL")
	}
	c.models = g.Models
	return c, nil
}

// Close closes the idle connections. The client stays usable.
func (c *Client) Close() { c.transport.closeIdle() }

// noRedirect keeps the key and the prompt from following a redirect to
// another host, where genai would send both.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// versionName is what may end a base URL.
var versionName = regexp.MustCompile(`^v[0-9]+(alpha|beta)?[0-9]*$`)

// checkBase returns a base URL and the version of the API, which may be named at
// its end.
func checkBase(base string) (host, api string, err error) {
	if base == "" {
		return BaseURL, apiVersion, nil
	}
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", "", errors.New("gemini: the base URL must look like " + BaseURL)
	case u.User != nil || u.RawQuery != "":
		return "", "", errors.New("gemini: the base URL must hold no password and no query")
	}
	base = strings.TrimRight(base, "/")
	if i := strings.LastIndexByte(base, '/'); versionName.MatchString(base[i+1:]) && u.Path != "" {
		return base[:i+1], base[i+1:], nil
	}
	return base + "/", apiVersion, nil
}

// safetySettings gives all categories of harm that Gemini lets one adjust the
// same threshold (Gemini API documentation, Safety settings).
func safetySettings(level string) ([]*genai.SafetySetting, error) {
	thresholds := map[string]genai.HarmBlockThreshold{
		"none": genai.HarmBlockThresholdBlockNone,
		"few":  genai.HarmBlockThresholdBlockOnlyHigh,
		"some": genai.HarmBlockThresholdBlockMediumAndAbove,
		"most": genai.HarmBlockThresholdBlockLowAndAbove,
	}
	if level == "" {
		return nil, nil
	}
	threshold, ok := thresholds[level]
	if !ok {
		return nil, fmt.Errorf("gemini: %.20q is no safety level: choose none, few, some or most", level)
	}
	var settings []*genai.SafetySetting
	for _, category := range []genai.HarmCategory{
		genai.HarmCategoryHarassment,
		genai.HarmCategoryHateSpeech,
		genai.HarmCategorySexuallyExplicit,
		genai.HarmCategoryDangerousContent,
	} {
		settings = append(settings, &genai.SafetySetting{Category: category, Threshold: threshold})
	}
	return settings, nil
}

// CountTokens asks Gemini how many tokens p is. It costs a round trip: use
// [EstimateTokens] where a bound will do. Its errors are [*messages.Failure].
func (c *Client) CountTokens(ctx context.Context, p *messages.Prompt) (int, error) {
	contents := contentsOf(p)
	if p.System != "" { // countTokens takes no system instruction
		contents = append(contents, genai.NewContentFromText(p.System, genai.RoleUser))
	}
	if len(contents) == 0 {
		return 0, nil
	}
	if f := checkModel(p.Model); f != nil {
		return 0, f
	}
	x := &exchange{}
	call, cancel := context.WithTimeout(withExchange(ctx, x), c.timeout)
	defer cancel()
	n, err := c.countTokens(call, p.Model, contents)
	if err != nil {
		return 0, c.failure(ctx, call, x, err, p)
	}
	if n == 0 { // genai takes an error in place of a count for one of nothing
		return 0, &messages.Failure{
			Cause: messages.CauseOverloaded, Retry: messages.RetryOnce, Status: x.status,
			Detail: "the answer holds no count",
		}
	}
	return n, nil
}

func (c *Client) countTokens(ctx context.Context, model string, contents []*genai.Content) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	resp, err := c.models.CountTokens(ctx, model, contents, nil)
	if err != nil {
		return 0, err
	}
	return int(resp.TotalTokens), nil
}
