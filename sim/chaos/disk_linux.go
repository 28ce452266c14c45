package chaos

import (
	"syscall"
	"unsafe"
)

// limitFiles lets a process make files grow no more, or makes that possible
// again: to the process the disk is full. It takes no rights (prlimit(2)). A
// process that begins has no such limit.
func limitFiles(pid int, limit bool) bool {
	var now, next syscall.Rlimit
	get := func(set *syscall.Rlimit) bool {
		_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, //nolint:gosec // a process ID is positive
			uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(&now)), 0, 0)
		return errno == 0
	}
	if !get(nil) {
		return false
	}
	next = syscall.Rlimit{Cur: now.Max, Max: now.Max}
	if limit {
		next.Cur = 4096
	}
	return get(&next)
}
