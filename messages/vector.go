package messages

import "math"

// Quantize returns a vector in one signed byte for each dimension, the largest of them
// ±127: its direction to within a hundredth, in a quarter of the memory. It is nil
// for a vector that has no direction.
func Quantize(v []float32) []byte {
	largest := 0.0
	for _, x := range v {
		largest = max(largest, math.Abs(float64(x))) // NaN if x is
	}
	if !(largest > 0) || math.IsInf(largest, 0) {
		return nil
	}
	q := make([]byte, len(v))
	for i, x := range v {
		q[i] = byte(int8(math.Round(float64(x) / largest * math.MaxInt8)))
	}
	return q
}

// Cosine returns how alike two vectors are that were made by [Quantize], from -1 to 1.
// It is 0 where one is missing or of another model, and has another length.
func Cosine(a, b []byte) float64 {
	if len(a) != len(b) {
		return 0
	}
	var dot, aa, bb int64
	for i := range a {
		x, y := int64(int8(a[i])), int64(int8(b[i]))
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return float64(dot) / math.Sqrt(float64(aa)*float64(bb))
}
