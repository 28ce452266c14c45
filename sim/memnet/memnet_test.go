package memnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/sim/memnet"

	"github.com/gorilla/websocket"
)

// connect returns both ends of a fresh connection.
func connect(t *testing.T, n *memnet.Network, l net.Listener) (client, server net.Conn) {
	t.Helper()
	client, err := n.DialContext(context.Background(), "tcp", "host:80")
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

func TestConn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		l := n.Listen("host")
		client, server := connect(t, n, l)
		text := strings.Repeat("0123456789", 100_000) // more than fits the buffer
		go func() {
			_, _ = io.WriteString(client, text)
			_ = client.Close()
		}()
		got, err := io.ReadAll(server)
		if err != nil || string(got) != text {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
		if _, err := server.Write([]byte("x")); err == nil {
			t.Error("writing to a closed end succeeds")
		}
	})
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		client, server := connect(t, n, n.Listen("host"))
		defer func() { _ = server.Close() }()
		defer func() { _ = client.Close() }()
		start := time.Now()
		_ = client.SetReadDeadline(start.Add(time.Minute))
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read ends in %v", err)
		}
		if d := time.Since(start); d != time.Minute {
			t.Errorf("after %v", d)
		}
		_ = client.SetReadDeadline(time.Time{})
		go func() { _, _ = server.Write([]byte("x")) }()
		if _, err := client.Read(make([]byte, 1)); err != nil {
			t.Errorf("after the deadline was lifted: %v", err)
		}
	})
}

func TestCutAndPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		l := n.Listen("host")
		client, server := connect(t, n, l)
		failed := make(chan error, 2)
		for _, end := range []net.Conn{client, server} {
			go func() {
				_, err := end.Read(make([]byte, 1))
				failed <- err
			}()
		}
		n.Cut()
		for range 2 {
			if err := <-failed; err == nil {
				t.Error("an end outlived the cut")
			}
		}
		n.Partition("host", true)
		if _, err := n.DialContext(context.Background(), "tcp", "host:80"); err == nil {
			t.Error("dialled across a partition")
		}
		n.Partition("host", false)
		connect(t, n, l)
		_ = l.Close()
		if _, err := n.DialContext(context.Background(), "tcp", "host:80"); err == nil {
			t.Error("dialled who does not listen")
		}
	})
}

// net/http and a websocket run on it, in virtual time.
func TestHTTPAndWebsocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				time.Sleep(time.Hour)
				_, _ = io.WriteString(w, "done")
				return
			}
			ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = ws.Close() }()
			kind, data, err := ws.ReadMessage()
			if err == nil {
				_ = ws.WriteMessage(kind, data)
			}
		}))
		_ = server.Listener.Close()
		server.Listener = n.Listen("host")
		server.Start()
		defer server.Close()
		transport := &http.Transport{DialContext: n.DialContext}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport}
		resp, err := client.Get("http://host/slow") //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if body, _ := io.ReadAll(resp.Body); string(body) != "done" {
			t.Errorf("body %q", body)
		}
		dialer := websocket.Dialer{NetDialContext: n.DialContext}
		ws, resp, err := dialer.DialContext(t.Context(), "ws://host/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		defer func() { _ = ws.Close() }()
		_ = ws.WriteMessage(websocket.TextMessage, []byte("hello"))
		if _, data, err := ws.ReadMessage(); string(data) != "hello" {
			t.Errorf("echo %q, %v", data, err)
		}
	})
}
