package templates

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
)

var funcs = template.FuncMap{
	"asset":     assetURL,
	"bundle":    bundleURL,
	"bytes":     Bytes,
	"count":     func(n int) string { return count(int64(n)) },
	"count64":   count,
	"decimals":  func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) },
	"distance":  distance,
	"explain":   explain,
	"figures":   figures,
	"figures32": func(x float32) string { return figures(float64(x)) },
	"percent":   percent,
	"round":     func(x float64) int { return int(math.Round(x)) },
	"parts":     parts,
	"path":      url.PathEscape,
	"plural":    plural,
	"query":     query,
	"short":     func(hash string) string { return hash[:min(len(hash), 12)] },
	"rest":      func(whole, x float64) float64 { return whole - x },
	"plus":      func(a, b int) int { return a + b },
	"tenth":     func(x float64) string { return strings.ReplaceAll(strconv.FormatFloat(x, 'f', 1, 64), "-", "−") },
	"times":     func(a, b float64) float64 { return a * b },
}

// query writes names and values as the end of an address; what is empty is left out.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return "?" + q.Encode()
}

// plural is "1 image", "2 images", "12 345 images".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(int64(n)) + " " + many
}

// PlainPlural is plural for plain text, without spaces within numbers.
func PlainPlural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// count writes a number with its thousands apart by thin spaces.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			b.WriteRune(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Bytes is a size for a reader: 512 B, 3.4 MiB, 32 MiB.
func Bytes(n int64) string {
	const step = 1024
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n), -1
	for value >= step && unit < 3 {
		value /= step
		unit++
	}
	return fmt.Sprintf("%s %ciB", strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0"), "KMGT"[unit])
}

// distance writes four significant digits, zeros at the end too, so that a column of them is even.
func distance(x float64) string {
	if x == 0 {
		return "0"
	}
	before := int(math.Floor(math.Log10(math.Abs(x)))) + 1
	if before < -3 || before > 7 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return strconv.FormatFloat(x, 'f', max(0, 4-before), 64)
}

// figures writes three significant digits: values of a network, of whatever size they are.
func figures(x float64) string {
	if x == 0 || math.Abs(x) >= 1e5 || math.Abs(x) < 1e-3 {
		return strings.ReplaceAll(strconv.FormatFloat(x, 'g', 3, 64), "-", "−")
	}
	before := int(math.Floor(math.Log10(math.Abs(x)))) + 1
	return strings.ReplaceAll(strconv.FormatFloat(x, 'f', max(0, 3-before), 64), "-", "−")
}

// percent writes a share between 0 and 1.
func percent(share float64) string {
	switch percent := 100 * share; {
	case percent > 0 && percent < 0.1:
		return "less than 0.1 %"
	case percent < 10 && percent != math.Trunc(percent):
		return strconv.FormatFloat(percent, 'f', 1, 64) + " %"
	default:
		return strconv.FormatFloat(percent, 'f', 0, 64) + " %"
	}
}

// parts cuts a name where it may be broken: after an underscore or a slash.
func parts(name string) []string {
	var list []string
	from := 0
	for i, r := range name {
		if r == '_' || r == '/' {
			list = append(list, name[from:i+1])
			from = i + 1
		}
	}
	return append(list, name[from:])
}
