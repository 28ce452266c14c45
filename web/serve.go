package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	shutdownLimit = 5 * time.Second // for answers under way to end
	headerLimit   = 5 * time.Second // for a request's header to arrive
	idleLimit     = 2 * time.Minute // of a connection that is kept
	headerBytes   = 16 << 10
)

// Serve serves a handler at addr, host:port, until ctx ends. It returns once the
// port is open, with the address to call; port 0 takes a free one. Then wait
// blocks until the server has ended: streams are closed at once and other
// answers have 5 s. Its error is nil after such an end.
func Serve(ctx context.Context, addr string, h http.Handler) (url string, wait func() error, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", nil, fmt.Errorf("address %s is taken by another program: stop it, or choose another address", addr)
	}
	if err != nil {
		return "", nil, fmt.Errorf("cannot serve at %s: %w", addr, err)
	}
	s := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerLimit,
		IdleTimeout:       idleLimit,
		MaxHeaderBytes:    headerBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	return "http://" + reachable(l.Addr()), func() error { return end(ctx, s, ended) }, nil
}

// end shuts the server down when ctx ends, or tells why it ended before.
func end(ctx context.Context, s *http.Server, ended <-chan error) error {
	select {
	case err := <-ended:
		return fmt.Errorf("web server: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	if err := s.Shutdown(limited); err != nil {
		_ = s.Close() // what is still open has had its time
		return fmt.Errorf("web server did not end in %v: %w", shutdownLimit, err)
	}
	return nil
}

// reachable returns the address in a form that a browser can open: a server
// that listens everywhere is reached on loopback.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return a.String()
	}
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, fmt.Sprint(tcp.Port))
}
