package store

import (
	"os"
	"syscall"
)

// flush brings what was written to the disk. Times of the file are not needed.
func flush(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
