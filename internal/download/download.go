package download

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Options says what to download and where to.
type Options struct {
	URL    string // http or https
	File   string // the destination; its folder is made if missing
	MD5    string // of the file, in hex; empty where it is not known
	SHA256 string // likewise
	Size   int64  // of the file, in bytes; 0 where it is not known
	Agent  string // what to call oneself: convnet/1.0

	Progress func(done, total int64) // in bytes, with those of an earlier run; total is 0 where it is not known. May be nil
	Client   *http.Client            // nil is http.DefaultClient
}

// Bounds of a download.
const (
	maxSize  = 2 << 30 // of a file whose size is not known
	maxTries = 5       // in vain, one after another
	progress = 1 << 20 // how much further in bytes a try must get, not to be in vain
	maxHops  = 10
)

// download is one under way.
type download struct {
	Options
	url     *url.URL
	client  http.Client
	part    *part
	reached int64         // the furthest byte that has arrived in this run
	pause   time.Duration // before the second try, doubled before every other
	idle    time.Duration // of silence until a connection counts as broken
}

// Fetch downloads a file. A file that is already there and has the right hash or, where none is known, the right size, is
// not asked for again. When ctx ends, what has arrived is kept for the next call.
func Fetch(ctx context.Context, o Options) error {
	d, err := newDownload(o)
	if err != nil {
		return err
	}
	return d.run(ctx)
}

func newDownload(o Options) (*download, error) {
	u, err := ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	d := &download{Options: o, url: u, pause: time.Second, idle: time.Minute}
	if o.Client != nil {
		d.client = *o.Client
	}
	d.client.CheckRedirect = checkRedirect
	return d, nil
}

// ParseURL reads an address and refuses one that nothing can be downloaded from.
func ParseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("read the address: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, fmt.Errorf("%s is no address to download from; it begins with https:// or http://", u.Redacted())
	}
	return u, nil
}

// checkRedirect follows no redirect that gives up encryption.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxHops {
		return fmt.Errorf("%w: %d redirects, one after another", errRedirect, len(via))
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("%w: from https to %s, where anyone may change the file", errRedirect, req.URL.Redacted())
	}
	return nil
}

func (d *download) run(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(d.File), 0o755); err != nil {
		return fmt.Errorf("%w: %w", ErrLocal, err)
	}
	if d.present() {
		return nil
	}
	if d.part, err = openPart(d.File); err != nil {
		return fmt.Errorf("%w: %w", ErrLocal, err)
	}
	defer d.part.close()
	if err := d.receive(ctx); err != nil {
		return err
	}
	if err := d.verify(d.part.file); err != nil {
		if errors.Is(err, ErrMismatch) {
			d.part.remove()
		}
		return err
	}
	if err := d.part.finish(d.File); err != nil {
		return fmt.Errorf("%w: %w", ErrLocal, err)
	}
	return nil
}

// receive tries until all of the file has arrived.
func (d *download) receive(ctx context.Context) error {
	pause := d.pause
	for try := 1; ; try++ {
		before := d.reached
		err := d.try(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("download %s: %w; what has arrived is kept, run it again to go on", d.url.Redacted(), ctx.Err())
		}
		if !errors.As(err, new(transient)) {
			return err
		}
		if d.reached-before >= progress {
			try, pause = 1, d.pause
		}
		if try == maxTries {
			return fmt.Errorf("%w; %d tries, what has arrived is kept for the next", err, try)
		}
		sleep(ctx, pause)
		pause *= 2
	}
}

func sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}
