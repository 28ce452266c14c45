//go:build race

package analyzer_test

// raced tells that the race detector is on, with which all takes ten times as long.
const raced = true
