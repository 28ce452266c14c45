package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The write-ahead log is a header and frames, each of which is a header and a
// page. The frames that are in use have the salts of the log's header, and a
// checksum over all before them (SQLite documentation, Database File Format,
// chapter 4).
const (
	logHeader   = 32
	frameHeader = 24
	logMagic    = 0x377f0682 // the lowest bit tells the order of the checksum's bytes
)

// examineLog returns an error if something is wrong with a log before its end.
// SQLite takes the first frame that is not right for the end, since a cut of
// power leaves one there; here, what comes after it tells. As each commit is on
// the disk before the next begins, one that others follow was whole.
func examineLog(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it is read
	r := bufio.NewReaderSize(f, 1<<16)
	header := make([]byte, logHeader)
	if _, err := io.ReadFull(r, header); err != nil {
		return ended(err)
	}
	l, ok := newLogReader(header)
	if !ok {
		if _, err := r.Peek(1); err == nil {
			return fmt.Errorf("%w: the header of its log is wrong", errDamaged)
		}
		return nil
	}
	return l.read(r)
}

// ended returns nil if a file has ended, even in the middle of something.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A logReader reads the frames of a log.
type logReader struct {
	order binary.ByteOrder
	page  uint32 // bytes
	salts [8]byte
	sum   [2]uint32 // over all so far
}

func newLogReader(header []byte) (*logReader, bool) {
	l := &logReader{order: binary.LittleEndian, page: binary.BigEndian.Uint32(header[8:])}
	magic := binary.BigEndian.Uint32(header)
	if magic&1 == 1 {
		l.order = binary.BigEndian
	}
	copy(l.salts[:], header[16:])
	l.add(header[:24])
	ok := magic&^1 == logMagic && l.is(header[24:]) && l.page >= 512 && l.page <= 1<<16
	return l, ok
}

// read returns an error if a commit is not whole that others follow.
func (l *logReader) read(r io.Reader) error {
	frame := make([]byte, frameHeader+l.page)
	bad, commits := 0, 0 // the first frame that is not right, the commits since
	for n := 1; ; n++ {
		if _, err := io.ReadFull(r, frame); err != nil {
			return ended(err)
		}
		current := [8]byte(frame[8:16]) == l.salts
		if bad == 0 {
			l.add(frame[:8])
			l.add(frame[frameHeader:])
			if !current || !l.is(frame[16:24]) {
				bad = n
			}
		}
		if bad == 0 || !current {
			continue
		}
		if commits > 0 {
			return fmt.Errorf("%w: page %d of its log is wrong", errDamaged, bad)
		}
		if binary.BigEndian.Uint32(frame[4:]) != 0 {
			commits++
		}
	}
}

// add goes on with the checksum.
func (l *logReader) add(b []byte) {
	for ; len(b) > 0; b = b[8:] {
		l.sum[0] += l.order.Uint32(b) + l.sum[1]
		l.sum[1] += l.order.Uint32(b[4:]) + l.sum[0]
	}
}

// is reports whether the checksum is what is written.
func (l *logReader) is(b []byte) bool {
	return l.sum[0] == binary.BigEndian.Uint32(b) && l.sum[1] == binary.BigEndian.Uint32(b[4:])
}
