package discord

import (
	"errors"
	"net/url"
	"strings"
)

var errAddress = errors.New("the gateway's address is not a ws or wss URL")

// address completes the URL that Discord gives. One of the web names the same
// place.
func address(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "", errAddress
	}
	switch u.Scheme {
	case "http", "ws":
		u.Scheme = "ws"
	case "https", "wss":
		u.Scheme = "wss"
	default:
		return "", errAddress
	}
	if u.Path == "" {
		u.Path = "/"
	}
	kept := u.Query()
	for _, ours := range []string{"v", "encoding", "compress"} {
		kept.Del(ours)
	}
	u.RawQuery = strings.TrimSuffix("v=10&encoding=json&"+kept.Encode(), "&")
	return u.String(), nil
}
