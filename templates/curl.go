package templates

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// Curl is a command line that asks this server for an address below its root, under the host name that the visitor uses.
func Curl(c echo.Context, address string) string {
	// Brackets and braces would be patterns to curl.
	address = strings.NewReplacer("[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D").Replace(address)
	return "curl " + ShellWord(c.Scheme()+"://"+c.Request().Host+address)
}

// ShellWord quotes a word in which a shell might see more than itself.
func ShellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.,/:@%+=", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
