//go:build race

package store

// raced tells that the race detector is on, with which all takes ten times as
// long.
const raced = true
