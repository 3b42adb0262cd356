package download

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// part is what has arrived of a file, beside the file's place. One process at a time has it open.
type part struct {
	file   *os.File
	origin origin
}

// origin says where a part comes from. It lies beside the part.
type origin struct {
	URL          string `json:"url"`
	ETag         string `json:"etag"`
	LastModified string `json:"last_modified"`
	Size         int64  `json:"size"` // of the whole file in bytes; 0 where the server did not say
}

// validator is what If-Range sends: the server goes on only if its file is still the one it fits. Only a strong ETag
// will do (RFC 9110, section 13.1.5).
func (o origin) validator() string {
	if o.ETag != "" && !strings.HasPrefix(o.ETag, "W/") {
		return o.ETag
	}
	return o.LastModified
}

// openPart opens or makes the part of a file.
func openPart(file string) (*part, error) {
	for {
		f, err := os.OpenFile(file+".part", os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		p := &part{file: f}
		if p.inPlace() {
			p.readOrigin()
			return p, nil
		}
		f.Close() // it got its final name while the lock was asked for
	}
}

func (p *part) inPlace() bool {
	mine, err := p.file.Stat()
	there, thereErr := os.Stat(p.file.Name())
	return err == nil && thereErr == nil && os.SameFile(mine, there)
}

func (p *part) originFile() string { return p.file.Name() + ".json" }

// readOrigin reads where the part comes from; without knowing it cannot be used.
func (p *part) readOrigin() {
	data, err := os.ReadFile(p.originFile())
	if err == nil {
		err = json.Unmarshal(data, &p.origin)
	}
	if err != nil {
		p.origin = origin{}
	}
}

// resumable returns how many bytes of what lies at url are there. A part that cannot be continued is emptied.
func (p *part) resumable(url string) (int64, error) {
	info, err := p.file.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size()
	whole := p.origin.Size
	if p.origin.URL != url || p.origin.validator() == "" || whole > 0 && size > whole {
		return 0, p.reset()
	}
	return size, nil
}

// begin makes the part ready for the bytes from start on.
func (p *part) begin(start int64, from origin) error {
	if start == 0 {
		if err := p.reset(); err != nil {
			return err
		}
		if err := p.writeOrigin(from); err != nil {
			return err
		}
	}
	_, err := p.file.Seek(start, 0)
	return err
}

func (p *part) writeOrigin(from origin) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}
	p.origin = from
	return os.WriteFile(p.originFile(), data, 0o644)
}

// reset empties the part. Its origin goes first, so that no old one is taken for that of new bytes.
func (p *part) reset() error {
	p.origin = origin{}
	if err := os.Remove(p.originFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if info, err := p.file.Stat(); err != nil || info.Size() == 0 {
		return err
	}
	return p.file.Truncate(0)
}

// finish gives the part, which is whole, its name.
func (p *part) finish(file string) error {
	if err := p.file.Sync(); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // which renames no open file
		p.file.Close()
	}
	if err := os.Rename(file+".part", file); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(file)); err == nil {
		_ = dir.Sync() // not every file system can
		dir.Close()
	}
	return os.Remove(p.originFile())
}

func (p *part) remove() {
	_ = os.Remove(p.originFile())
	_ = os.Remove(p.file.Name())
}

// close ends the use of a part. An empty one leaves nothing behind.
func (p *part) close() {
	if info, err := p.file.Stat(); err == nil && info.Size() == 0 && p.inPlace() {
		p.remove()
	}
	p.file.Close()
}
