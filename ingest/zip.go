package ingest

import (
	"archive/zip"
	"errors"
	"fmt"
	"os"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// zipFile is a zip archive, read where it lies.
type zipFile struct {
	file    *os.File
	members []*zip.File // by Entry.ref
	names   []string
}

func openZip(f *os.File) (*zipFile, error) {
	z := &zipFile{file: f}
	if err := z.index(); err != nil {
		return nil, errors.Join(fmt.Errorf("read zip archive %s: %w", f.Name(), err), f.Close())
	}
	return z, nil
}

func (z *zipFile) index() error {
	info, err := z.file.Stat()
	if err != nil {
		return err
	}
	r, err := zip.NewReader(z.file, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are only names here
		return err
	}
	unpacked := int64(0)
	for _, member := range r.File {
		name := archiveName(member.Name)
		if member.FileInfo().IsDir() || anyHidden(name) {
			continue
		}
		z.members, z.names = append(z.members, member), append(z.names, name)
		unpacked += int64(min(member.UncompressedSize64, 1<<40))
		if err := checkExpansion(unpacked, info.Size(), len(z.names)); err != nil {
			return err
		}
	}
	unwrap(z.names)
	return nil
}

func (z *zipFile) list() []Entry {
	entries := make([]Entry, len(z.members))
	for i, member := range z.members {
		entries[i] = newEntry(z.names[i], int64(min(member.UncompressedSize64, 1<<62)), member.Modified.UnixNano(), i)
		if mode := member.Mode(); !mode.IsRegular() {
			entries[i].Problem = "a link inside an archive, which is not followed"
		}
	}
	return entries
}

func (z *zipFile) Read(e Entry, limits imaging.Limits) ([]byte, error) {
	if err := limits.CheckBytes(e.Size); err != nil {
		return nil, err
	}
	r, err := z.members[e.ref].Open()
	if err != nil {
		return nil, damagedMember(err)
	}
	defer r.Close()
	data, err := readLimited(r, e.Size, limits)
	return data, damagedMember(err)
}

// damagedMember turns an archive's errors into a reason for its one member; the others may be fine.
func damagedMember(err error) error {
	var known *imaging.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &imaging.Error{Kind: imaging.KindDamaged, Reason: "damaged inside the archive: " + err.Error()}
}

func (z *zipFile) Close() error { return z.file.Close() }
