package messages

// KeepNote asks the journal to keep one small value of an entity durably. It
// replaces what was kept under the same owner and key; an empty value removes
// it. Keeping the same note twice is as good as once. The answer is [Kept].
type KeepNote struct {
	Owner string // the entity's PID suffix: "user/42", "guild/7"
	Key   string
	Value string
}

// Kept answers a command of the journal: what it told is on disk.
type Kept struct{}

// GetNotes asks the journal for all notes of an entity. The answer is [Notes].
type GetNotes struct {
	Owner string
}

// Notes answers [GetNotes]. Values is never changed once sent; it may be nil
// when nothing was kept.
type Notes struct {
	Values map[string]string
}
