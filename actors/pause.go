package actors

import "time"

// Doubled returns a pause that has doubled some times, last at most: what is tried
// again and fails on is tried less and less often.
func Doubled(first time.Duration, times int, last time.Duration) time.Duration {
	for ; times > 0 && first < last; times-- {
		first *= 2
	}
	return min(first, last)
}
