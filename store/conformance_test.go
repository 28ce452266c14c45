package store_test

import (
	"path/filepath"
	"testing"

	"troupe/store"
	"troupe/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Test(t, func(t *testing.T) store.Store { return open(t, "memory:") })
}

func TestSQLite(t *testing.T) {
	storetest.Test(t, func(t *testing.T) store.Store {
		return open(t, "sqlite:"+filepath.Join(t.TempDir(), "troupe.db"))
	})
}

func TestSQLiteKeeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	storetest.TestKept(t, func(t *testing.T) store.Store { return open(t, "sqlite:"+path) })
}

func TestSQLiteIntents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	storetest.TestIntents(t, func(t *testing.T) store.Store { return open(t, "sqlite:"+path) })
}

func open(t *testing.T, address string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
