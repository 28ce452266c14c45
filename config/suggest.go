package config

// nearest returns the candidate that word is most likely a slip of, or "" if
// it is like none.
func nearest(word string, candidates []string) string {
	if len(word) > maxShown {
		return ""
	}
	best, slips := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(word, c); d < slips && d < len(c) {
			best, slips = c, d
		}
	}
	return best
}

// distance counts the letters to be added, removed, replaced or swapped with
// their neighbour to make b of a.
func distance(a, b string) int {
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replaced := above[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, replaced)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
