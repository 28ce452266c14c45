package user

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// said returns n messages, two minutes apart, the first at noon, made by f.
func said(n int, f func(i int, n *messages.SaidNote)) []messages.SaidNote {
	all := make([]messages.SaidNote, n)
	for i := range all {
		all[i].Message = messages.MessageIDAt(noon.Add(time.Duration(i) * 2 * time.Minute))
		f(i, &all[i])
	}
	return all
}

// The latest messages count, whatever the order in which they come.
func TestNote(t *testing.T) {
	all := said(80, func(i int, n *messages.SaidNote) { n.Words = i })
	want := all[len(all)-maxSaid:]
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		told := slices.Clone(all)
		r.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		k := known{}
		for chunk := range slices.Chunk(told, 1+r.IntN(20)) {
			k = k.note(chunk)
		}
		if d := cmp.Diff(want, k.note(told).said); d != "" {
			t.Fatal(d)
		}
	}
}
