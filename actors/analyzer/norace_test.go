//go:build !race

package analyzer_test

const raced = false
