package upload

import (
	"crypto/rand"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Options bound what a Desk takes; zero fields have defaults.
type Options struct {
	Bytes  int64 // largest picture; default 32 MiB
	AtOnce int   // how many are looked at together, the others wait; default 2
}

// Desk takes pictures and holds the latest of them. All pages share one, so that a picture sent to one page can be looked
// at on another. It is safe for concurrent use.
type Desk struct {
	*Turns // of those who look at pictures

	bytes int64
	held  *held
}

// NewDesk returns an empty desk.
func NewDesk(o Options) *Desk {
	if o.Bytes <= 0 {
		o.Bytes = 32 << 20
	}
	if o.AtOnce <= 0 {
		o.AtOnce = 2
	}
	return &Desk{bytes: o.Bytes, held: newHeld(), Turns: NewTurns(o.AtOnce)}
}

// Hold keeps a picture for its sender, whom a cookie names, and returns the token under which he finds it again.
func (d *Desk) Hold(c echo.Context, p Picture) (token string, err error) {
	if p.owner, err = owner(c); err != nil {
		return "", err
	}
	return d.held.hold(p), nil
}

// Find returns the picture that a token stands for, for the visitor who sent it. What is made of it is not to be kept:
// the picture will be forgotten.
func (d *Desk) Find(c echo.Context, token string) (Picture, error) {
	c.Response().Header().Set(echo.HeaderCacheControl, "private, no-store")
	cookie, err := c.Cookie(ownerCookie)
	if err == nil {
		if p, ok := d.held.find(token, cookie.Value); ok {
			return p, nil
		}
	}
	return Picture{}, refuse(ErrGone, "Your picture is no longer here: uploaded pictures are kept in memory for a quarter of an hour and only for the browser that sent them. Choose it again.")
}

// ownerCookie ties uploaded pictures to the browser that sent them.
const ownerCookie = "uploads"

// owner is the visitor's secret for uploaded pictures, made with the first one.
func owner(c echo.Context) (string, error) {
	if cookie, err := c.Cookie(ownerCookie); err == nil && len(cookie.Value) >= len(rand.Text()) {
		return cookie.Value, nil
	}
	secret := rand.Text()
	c.SetCookie(&http.Cookie{
		Name: ownerCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: 24 * 60 * 60,
	})
	return secret, nil
}
