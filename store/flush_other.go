//go:build !linux

package store

import "os"

// flush brings what was written to the disk.
func flush(f *os.File) error { return f.Sync() }
