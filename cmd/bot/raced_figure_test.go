//go:build race

package bot_test

// raced says that the race detector watches, so that all takes many times as long.
const raced = true
