package messages

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuantize(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := map[string]struct {
		v    []float32
		want string
	}{
		"empty":        {nil, ""},
		"zero":         {[]float32{0, 0}, ""},
		"no numbers":   {[]float32{1, nan}, ""},
		"infinite":     {[]float32{1, -inf}, ""},
		"ends":         {[]float32{0.5, -0.5, 0, 0.25}, "\x7f\x81\x00\x40"},
		"tiny":         {[]float32{1e-30, 0}, "\x7f\x00"},
		"no magnitude": {[]float32{-8, 4}, "\x81\x40"},
	}
	for name, tt := range tests {
		if got := Quantize(tt.v); string(got) != tt.want || (got == nil) != (tt.want == "") {
			t.Errorf("%s: % x, want % x", name, got, tt.want)
		}
	}
}

func TestCosine(t *testing.T) {
	east, north, west := []byte{127, 0}, []byte{0, 127}, []byte{0x81, 0}
	for _, tt := range []struct {
		a, b []byte
		want float64
	}{
		{east, east, 1},
		{east, north, 0},
		{east, west, -1},
		{east, []byte{64, 64}, math.Sqrt2 / 2},
		{east, nil, 0},
		{nil, nil, 0},
		{east, []byte{127}, 0},
		{east, []byte{0, 0}, 0},
	} {
		if got := Cosine(tt.a, tt.b); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%v, %v: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// What is lost by a byte is far from what tells texts apart.
func TestQuantizedCosine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		a, b := make([]float32, 768), make([]float32, 768)
		var dot, aa, bb float64
		for i := range a {
			a[i] = float32(r.NormFloat64())
			b[i] = a[i] + float32(r.NormFloat64())
			dot, aa, bb = dot+float64(a[i]*b[i]), aa+float64(a[i]*a[i]), bb+float64(b[i]*b[i])
		}
		want := dot / math.Sqrt(aa*bb)
		if got := Cosine(Quantize(a), Quantize(b)); math.Abs(got-want) > 0.01 {
			t.Fatalf("%v is %v", want, got)
		}
	}
}
