package geminisim

import (
	"strings"
	"testing"
)

// What an answer costs by kind; all together are little beside a request.
func BenchmarkUnderstudy(b *testing.B) {
	for _, question := range []string{"what is 17*23?", "why is the sky blue?", "summarize", "write 3000 characters"} {
		p := talk(question)
		p.Turns[0].Text = strings.Repeat("Ann: a line of ordinary length in a channel\n", 100)
		b.Run(question, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				understudy(p)
			}
		})
	}
}
