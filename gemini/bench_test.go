package gemini

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/genai"
)

// What a call costs beside genai itself: the bare call is what a bot has that
// uses genai with no care at all.
func BenchmarkGenerate(b *testing.B) {
	var chunks []string
	for i := range 20 {
		chunks = append(chunks, chunk(fmt.Sprintf("some words of chunk %d ", i), ""))
	}
	c := newClient(b, stream(append(chunks, chunk("end", "STOP"))...))
	p := ask()
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Generate(context.Background(), p, func(string) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			text := ""
			for resp, err := range c.models.GenerateContentStream(context.Background(), p.Model, contentsOf(p), &genai.GenerateContentConfig{}) {
				if err != nil {
					b.Fatal(err)
				}
				text += resp.Candidates[0].Content.Parts[0].Text
			}
		}
	})
}
