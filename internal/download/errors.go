package download

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"syscall"
)

// Kinds of failure, wrapped by the errors of Fetch.
var (
	ErrUnreachable = errors.New("cannot reach")                     // no connection to the server
	ErrUnavailable = errors.New("the download broke off")           // again and again
	ErrMissing     = errors.New("there is no such file")            // the server does not have it
	ErrRefused     = errors.New("the server refuses the download")  // for this user or everyone
	ErrNotFile     = errors.New("this is a web page, not the file") // an answer meant for people
	ErrMismatch    = errors.New("this is not the official file")    // by its hash or size
	ErrLocal       = errors.New("cannot store the download")        // this machine's fault
	errRedirect    = errors.New("refuse to follow a redirect")      // that is not safe
	errStalled     = errors.New("nothing has arrived for too long") // a silent connection
	errTooLarge    = errors.New("the file is too large")            // or never ends
	errBusy        = errors.New("another convnet is downloading this file; let it finish")
)

// transient marks what may go better when tried again.
type transient struct{ error }

func (t transient) Unwrap() error { return t.error }

func broken(format string, args ...any) error {
	return transient{fmt.Errorf("%w: %w", ErrUnavailable, fmt.Errorf(format, args...))}
}

// refused explains an answer that is neither the file nor a part of it.
func (d *download) refused(resp *http.Response) error {
	status := fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)) // the server's own words may be any
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound, code == http.StatusGone:
		return fmt.Errorf("%w at %s (%s)", ErrMissing, d.url.Redacted(), status)
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return broken("%s answered %s", d.url.Redacted(), status)
	}
	return fmt.Errorf("%w: %s answered %s", ErrRefused, d.url.Redacted(), status)
}

// unanswered explains a request without an answer. Where nothing can be reached from the start, trying again is in vain.
func (d *download) unanswered(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the address, which may hold a password
	}
	switch {
	case errors.Is(err, errRedirect):
		return err
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("cannot trust %s: %w (does a proxy stand in between?)", d.url.Host, err)
	case !dialing(err):
		return broken("ask %s: %w", d.url.Host, err)
	}
	err = fmt.Errorf("%w %s: %w (are you offline?)", ErrUnreachable, d.url.Host, err)
	if d.reached > 0 {
		return transient{err}
	}
	return err
}

func dialing(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, new(*net.DNSError))
}

// unstored explains why what has arrived cannot be written.
func (d *download) unstored(err error, done, total int64) error {
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrLocal, err)
	}
	return fmt.Errorf("%w: %s is full after %d of %d bytes: %w; make room and run it again, it goes on from there",
		ErrLocal, filepath.Dir(d.File), done, max(done, total), err)
}
