// Package memnet is a network in memory: listeners by host name, connections
// with buffers and deadlines, cuts and partitions on command.
//
// Whoever waits on it in a testing/synctest bubble is durably blocked, so that
// virtual time moves on; real sockets would hold it still.
package memnet

import (
	"context"
	"errors"
	"net"
	"sync"
)

// A Network joins listeners and those who dial them. It is safe for concurrent
// use.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	conns     map[*conn]string // client ends, by the host they lead to
	apart     map[string]bool
}

// errPartition is what a dial across a partition ends in.
var errPartition = errors.New("no route to host")

// New returns a network without hosts.
func New() *Network {
	return &Network{
		listeners: map[string]*listener{},
		conns:     map[*conn]string{},
		apart:     map[string]bool{},
	}
}

// Listen makes a host reachable, on all ports. It panics if the name is taken.
func (n *Network) Listen(host string) net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[host] != nil {
		panic("memnet: " + host + " listens already")
	}
	l := &listener{network: n, host: host, accept: make(chan net.Conn, backlog), done: make(chan struct{})}
	n.listeners[host] = l
	return l
}

// DialContext connects to a host. The port, if any, does not matter.
func (n *Network) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	n.mu.Lock()
	l, apart := n.listeners[host], n.apart[host]
	n.mu.Unlock()
	switch {
	case apart:
		return nil, dialError(addr, errPartition)
	case l == nil:
		return nil, dialError(addr, errors.New("connection refused"))
	}
	client, server := pipe(address("client"), address(host))
	select {
	case l.accept <- server:
	case <-l.done:
		return nil, dialError(addr, errors.New("connection refused"))
	case <-ctx.Done():
		return nil, dialError(addr, ctx.Err())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns[client] = host
	client.gone = func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.conns, client)
	}
	return client, nil
}

func dialError(addr string, err error) error {
	return &net.OpError{Op: "dial", Net: "mem", Addr: address(addr), Err: err}
}

// Cut breaks all connections, as a reset does: both ends fail at once.
func (n *Network) Cut() { n.cut(func(string) bool { return true }) }

// Partition breaks all connections to a host and refuses new ones, or ends that.
func (n *Network) Partition(host string, apart bool) {
	n.mu.Lock()
	n.apart[host] = apart
	n.mu.Unlock()
	if apart {
		n.cut(func(h string) bool { return h == host })
	}
}

func (n *Network) cut(which func(host string) bool) {
	n.mu.Lock()
	var cut []*conn
	for c, host := range n.conns {
		if which(host) {
			cut = append(cut, c)
		}
	}
	n.mu.Unlock()
	for _, c := range cut {
		c.reset()
	}
}

// backlog is how many connections may wait to be accepted.
const backlog = 128

type listener struct {
	network *Network
	host    string
	accept  chan net.Conn
	once    sync.Once
	done    chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		delete(l.network.listeners, l.host)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return address(l.host) }

// An address is a host's name.
type address string

func (address) Network() string  { return "mem" }
func (a address) String() string { return string(a) }
