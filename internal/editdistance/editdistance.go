// Package editdistance tells how far apart two names are (Levenshtein), to suggest what a mistyped one may have meant.
package editdistance

// Bytes counts the insertions, deletions and replacements of bytes that turn a into b. It takes time in proportion to the
// product of their lengths: bound what comes from outside.
func Bytes(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
