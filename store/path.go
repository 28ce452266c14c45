package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
)

// makeFile makes the file if there is none, for its owner alone: what people
// said is in it. Its error is what is wrong with the path.
func makeFile(path string) error {
	folder := filepath.Dir(path)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("its folder does not exist: make %s, or choose another path", folder)
	case err != nil && !errors.Is(err, syscall.ENOTDIR):
		return err
	case err != nil || !info.IsDir():
		return fmt.Errorf("%s is not a folder: choose another path", folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New("it is a folder: name a file in it")
	}
	if fileSize(path) == 0 && fileSize(logOf(path)) > 0 { // SQLite would delete that
		return fmt.Errorf("%w: there is nothing but its log", errDamaged)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncFolder(folder))
}

// syncFolder makes it durable that a file is in a folder, where the system lets
// one: a file without a name after a power cut would be lost with all in it.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return nil //nolint:nilerr // a folder that cannot be read can still be used
	}
	_ = d.Sync() // Windows knows no such thing
	return d.Close()
}

// ErrInUse is within the error of [Open] when another process has the store.
var ErrInUse = errors.New("another troupe runs on it: stop that one first, or choose another path")

// lockFile takes the file for this process: two bots on one store would answer
// everything twice.
func lockFile(path string) (*flock.Flock, error) {
	lock := flock.New(path + ".lock")
	got, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !got {
		return nil, ErrInUse
	}
	return lock, nil
}
