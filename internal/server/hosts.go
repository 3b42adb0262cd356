package server

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// hosts are the names the server answers to. Without this check a page of any site could point its own name at
// 127.0.0.1 and read the user's images (DNS rebinding).
type hosts struct {
	named map[string]bool
	any   bool
}

func newHosts(more []string) *hosts {
	h := &hosts{named: map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}}
	for _, name := range more {
		h.named[hostName(name)] = true
	}
	return h
}

// listenOn opens the server to all names when it listens beyond this machine and nobody has said which names it has:
// then it is meant to be reached, and rebinding gains nothing that a direct request would not.
func (h *hosts) listenOn(addr net.Addr) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return
	}
	h.named[tcp.IP.String()] = true
	h.any = len(h.named) == 4
}

func (h *hosts) check(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if name := hostName(c.Request().Host); !h.any && !h.named[name] {
			return echo.NewHTTPError(http.StatusMisdirectedRequest,
				fmt.Sprintf("This server does not answer to the name %q. Start it with --host %s if it should.", name, name))
		}
		return next(c)
	}
}

// hostName is a Host header or a configured name without port, brackets and final dot, in small letters.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
