package imaging

import "fmt"

const (
	defaultMaxPixels = 50_000_000
	defaultMaxBytes  = 64 << 20

	// maxSide keeps coordinates far from overflow in every decoder and is beyond what JPEG, GIF and WebP can say.
	maxSide = 1 << 20
)

// Limits bounds what Decode will touch. The zero value means the defaults.
type Limits struct {
	MaxPixels int64 // of the decoded picture; default 50 million
	MaxBytes  int64 // of the file; default 64 MiB
}

// WithDefaults fills in what is not set.
func (l Limits) WithDefaults() Limits {
	if l.MaxPixels <= 0 {
		l.MaxPixels = defaultMaxPixels
	}
	if l.MaxBytes <= 0 {
		l.MaxBytes = defaultMaxBytes
	}
	return l
}

// CheckBytes refuses a file that is too long to be read at all.
func (l Limits) CheckBytes(size int64) error {
	if l = l.WithDefaults(); size > l.MaxBytes {
		return refuse(KindTooLarge, "file too large: %s (at most %s)", megabytes(size), megabytes(l.MaxBytes))
	}
	return nil
}

func (l Limits) checkPixels(width, height int) error {
	if width <= 0 || height <= 0 {
		return refuse(KindDamaged, "damaged: the picture says it is %d×%d pixels", width, height)
	}
	if pixels := int64(width) * int64(height); width > maxSide || height > maxSide || pixels > l.MaxPixels {
		return refuse(KindTooLarge, "too many pixels: %d×%d is %s (at most %s)", width, height, megapixels(pixels), megapixels(l.MaxPixels))
	}
	return nil
}

func megapixels(n int64) string { return fmt.Sprintf("%.4g megapixels", float64(n)/1e6) }

func megabytes(n int64) string { return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20)) }
