package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// advise makes one line of an error of the file, that says which file, what to
// do, and in brackets how SQLite or the system put it.
func advise(path string, err error) error {
	advice := adviceOf(err)
	switch advice {
	case "":
		return fmt.Errorf("store %s: %w", path, oneLine{err})
	case damaged:
		advice += keepAside(path)
	}
	return fmt.Errorf("store %s: %s (%w)", path, advice, oneLine{err})
}

// damaged is said of a file that is left as it is: to begin anew unasked would
// be to forget what people wait for.
const damaged = "the file is damaged or is no store. Put a copy of it in its place that is whole, or another path into the configuration," +
	" or forget the questions in it that have no answer yet and begin anew: stop troupe and "

// keepAside returns the command that keeps a file and its log under a name that
// is free.
func keepAside(path string) string {
	aside := path + ".damaged"
	for n := 2; fileSize(aside) > 0; n++ {
		aside = fmt.Sprintf("%s.damaged%d", path, n)
	}
	command := "mv " + quoted(path) + " " + quoted(aside)
	if fileSize(logOf(path)) > 0 {
		command += " && mv " + quoted(logOf(path)) + " " + quoted(logOf(aside))
	}
	return command
}

// quoted is a word of a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

func adviceOf(err error) string {
	const (
		full   = "the disk is full: make room; what was accepted is kept"
		rights = "it cannot be written: check the owner and the rights of the file and its folder"
		locked = "another program holds it: close that, a database browser or a backup perhaps; what was accepted is kept"
		broken = "the disk does not work: check it and its cable or network; what was accepted is kept"
	)
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // what is above it tells the kind more exactly
		case sqlite3.SQLITE_FULL:
			return full
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return damaged
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			return rights
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return locked
		case sqlite3.SQLITE_IOERR:
			return broken
		}
	}
	switch {
	case errors.Is(err, errDamaged):
		return damaged
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return rights
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return full
	case errors.Is(err, syscall.EIO):
		return broken
	}
	return ""
}

// oneLine is an error whose text has no line breaks.
type oneLine struct{ error }

func (e oneLine) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }

func (e oneLine) Unwrap() error { return e.error }
