package store

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"troupe/messages"
)

// leaveBehind puts the mark into the room of the first page of a tree after some page,
// as if a row had been there.
func leaveBehind(t *testing.T, s *file, after int64) {
	t.Helper()
	var number int64
	var page []byte
	err := each(t.Context(), s.write, func(rows *sql.Rows) error {
		var candidate []byte
		var n int64
		if err := rows.Scan(&n, &candidate); err != nil || page != nil || candidate[0] != leafTable && candidate[0] != leafIndex {
			return err
		}
		from := leafHeader + 2*int(binary.BigEndian.Uint16(candidate[3:]))
		if to := int(binary.BigEndian.Uint16(candidate[5:])); to-from >= len(mark) {
			number, page = n, candidate
			copy(page[to-len(mark):], mark)
		}
		return nil
	}, selectPages, after, sweepBatch)
	if err != nil || page == nil {
		t.Fatalf("there is no room: %v", err)
	}
	if _, err := s.write.ExecContext(t.Context(), updatePage, page, number); err != nil {
		t.Fatal(err)
	}
}

// A sweep goes over all of a file bit by bit, and begins anew if there was more to
// forget meanwhile; that of another is its own.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	opened, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*file)
	defer s.Close() //nolint:errcheck // the test is over
	var all []any
	for n := range 1200 {
		all = append(all, &messages.KeepNote{Owner: "guild/1", Key: strconv.Itoa(n), Value: strings.Repeat("x", 16<<10)})
	}
	apply(t, s, all...)
	pages, _ := pagesOf(t, s)
	if pages < 2*sweepBatch {
		t.Fatalf("%d pages are too few", pages)
	}
	leaveBehind(t, s, 2)
	leaveBehind(t, s, pages-sweepBatch/2)
	if erased := erase(t, s, erasedPerson); !erased.More || erased.Blocked {
		t.Errorf("after the first bit: %+v", erased)
	}
	apply(t, s, said(erasedPerson, 1, 10, mark)[4:5]...)
	leaveBehind(t, s, 2)
	if erased := erase(t, s, otherPerson); !erased.More {
		t.Errorf("of another, after the first bit: %+v", erased)
	}
	leaveBehind(t, s, 2)
	eraseAll(t, s, erasedPerson)
	if found := holding(t, path, mark); len(found) > 0 {
		t.Errorf("it is in %v", found)
	}
	if len(s.sweeps) != 1 {
		t.Errorf("under way are %v", s.sweeps)
	}
	eraseAll(t, s, otherPerson)
	if len(s.sweeps) != 0 {
		t.Errorf("at the end under way are %v", s.sweeps)
	}
}

// Whatever a page holds, only the room between its list and its cells is cleared.
func FuzzClearRoom(f *testing.F) {
	page := func(header ...byte) []byte { return append(header, bytes.Repeat([]byte{7}, 512-len(header))...) }
	f.Add(false, page(leafTable, 0, 0, 0, 2, 1, 0, 0))        // 2 cells, of 256 bytes in all
	f.Add(false, page(innerIndex, 0, 0, 0, 0, 0xff, 0xff, 0)) // beyond the page
	f.Add(false, page(leafIndex, 0, 0, 0xff, 0xff, 0, 0, 0))
	f.Add(true, page())
	f.Fuzz(func(t *testing.T, first bool, page []byte) {
		if len(page) < 512 {
			t.Skip()
		}
		number := int64(2)
		if first {
			number = 1
		}
		was := bytes.Clone(page)
		changed := clearRoom(number, page)
		if changed == bytes.Equal(page, was) {
			t.Errorf("it says that it changed the page: %v", changed)
		}
		if n := 8; !bytes.Equal(page[:n], was[:n]) {
			t.Error("the header is changed")
		}
		if clearRoom(number, page) {
			t.Error("there is more to clear")
		}
	})
}
