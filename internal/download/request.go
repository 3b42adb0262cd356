package download

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// try asks for what is missing and stores what comes.
func (d *download) try(ctx context.Context) error {
	offset, err := d.part.resumable(d.url.Redacted())
	if err != nil {
		return d.unstored(err, 0, 0)
	}
	if offset > 0 && offset == d.part.origin.Size {
		return nil // only its name was missing
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(d.idle, func() { cancel(errStalled) })
	defer watch.Stop()
	resp, err := d.ask(ctx, offset)
	if err != nil {
		return d.unanswered(stalled(ctx, err))
	}
	defer resp.Body.Close()
	body := bufio.NewReader(&watched{ctx, resp.Body, watch, d.idle})
	start, from, err := d.accept(resp, body, offset)
	if err != nil {
		return err
	}
	if err := d.part.begin(start, from); err != nil {
		return d.unstored(err, start, from.Size)
	}
	return d.store(body, start, from.Size)
}

// ask requests the bytes from offset on.
func (d *download) ask(ctx context.Context, offset int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", d.Agent)
	req.Header.Set("Accept-Encoding", "identity") // so that lengths and ranges are those of the file
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		req.Header.Set("If-Range", d.part.origin.validator())
	}
	return d.client.Do(req)
}

// accept says at which byte the answer begins, and describes the file that it comes from.
func (d *download) accept(resp *http.Response, body *bufio.Reader, offset int64) (int64, origin, error) {
	from := origin{URL: d.url.Redacted(), ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"), Size: max(resp.ContentLength, 0)}
	start := int64(0)
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		first, total, ok := contentRange(resp.Header.Get("Content-Range"))
		if !ok || first != offset || offset == 0 || total != d.part.origin.Size {
			return 0, from, d.anew("the server sent other bytes than it was asked for")
		}
		start, from = offset, d.part.origin
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, from, d.anew("the server's file is shorter than what has arrived")
	default:
		return 0, from, d.refused(resp)
	}
	if start == 0 && isPage(resp.Header.Get("Content-Type"), body) {
		return 0, from, fmt.Errorf("%w: %s; perhaps a proxy or a login stands in between", ErrNotFile, d.url.Redacted())
	}
	return start, from, d.checkSize(from.Size)
}

// anew forgets what has arrived: it does not fit the server's file.
func (d *download) anew(why string) error {
	if err := d.part.reset(); err != nil {
		return d.unstored(err, 0, 0)
	}
	return broken("%s", why)
}

// contentRange reads "bytes 100-199/200"; a total that the server does not know is 0.
func contentRange(s string) (first, total int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, size, _ := strings.Cut(s, "/")
	from, _, _ := strings.Cut(span, "-")
	first, err := strconv.ParseInt(from, 10, 64)
	if !ok || err != nil || first < 0 {
		return 0, 0, false
	}
	if size == "*" {
		return first, 0, true
	}
	total, err = strconv.ParseInt(size, 10, 64)
	return first, total, err == nil && total > first
}

// isPage says whether an answer is HTML, by what it says of itself or by how it begins.
func isPage(contentType string, body *bufio.Reader) bool {
	declared, _, _ := mime.ParseMediaType(contentType)
	head, _ := body.Peek(512) // an error comes again when the rest is read
	return declared == "text/html" || declared == "application/xhtml+xml" ||
		strings.HasPrefix(http.DetectContentType(head), "text/html")
}

// store writes the body to the part, which has done bytes of total already.
func (d *download) store(body io.Reader, done, total int64) error {
	buffer := make([]byte, 256<<10)
	d.report(done, total)
	for {
		n, err := body.Read(buffer)
		if d.limit() < done+int64(n) {
			return errors.Join(d.tooLarge(done+int64(n)), d.part.reset())
		}
		if _, err := d.part.file.Write(buffer[:n]); err != nil {
			return d.unstored(err, done, total)
		}
		if n > 0 {
			done += int64(n)
			d.reached = max(d.reached, done)
			d.report(done, total)
		}
		if errors.Is(err, io.EOF) && (total == 0 || done == total) {
			return nil
		}
		if err != nil {
			return broken("%s, after %d of %d bytes: %w", d.url.Host, done, max(done, total), err)
		}
	}
}

func (d *download) report(done, total int64) {
	if d.Progress != nil {
		d.Progress(done, total)
	}
}

func (d *download) limit() int64 {
	if d.Size > 0 {
		return d.Size
	}
	return maxSize
}

// watched is a body that puts off its end with every read.
type watched struct {
	ctx  context.Context
	body io.Reader
	end  *time.Timer
	idle time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	if w.ctx.Err() != nil { // what is buffered would still be read
		return 0, context.Cause(w.ctx)
	}
	n, err := w.body.Read(p)
	w.end.Reset(w.idle)
	return n, stalled(w.ctx, err)
}

// stalled names the reason for an error where it was silence.
func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
		return cause
	}
	return err
}
