// Package imaging turns untrusted image files into pixels a network or a page can use.
//
// Decode never trusts a header: it recognises the format by content, reads the dimensions without allocating, refuses
// what is too large, and only then decodes, recovering from decoders that panic. What it returns is always the same
// thing: upright 8-bit RGB, alpha composited on white, first frame only. Every refusal is an *Error whose text a person
// can act on.
//
// Tensor and Thumbnail resize with an antialiased triangle filter that agrees with Pillow's BILINEAR.
package imaging
