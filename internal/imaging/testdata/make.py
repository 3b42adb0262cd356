#!/usr/bin/env python3
"""Writes the fixtures beside this file. Each picture X has X.want.png: what Pillow makes of it, upright, on white.

Needs Pillow with WebP (Debian: python3-pil) and NumPy. The files are committed; run this only to add more.
"""
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)


def path(name):
    return os.path.join(HERE, name)


def photo(w, h):
    """Smooth colors with edges, so that JPEG keeps them well."""
    y, x = np.mgrid[0:h, 0:w].astype(float)
    r = 128 + 100 * np.sin(x / w * 5) * np.cos(y / h * 3)
    g = 255 * x / max(w - 1, 1)
    b = np.where((x - w / 2) ** 2 + (y - h / 2) ** 2 < (min(w, h) / 3) ** 2, 220, 40)
    return Image.fromarray(np.stack([r, g, b], -1).clip(0, 255).astype(np.uint8))


def noise(w, h):
    return Image.fromarray(rng.integers(0, 256, (h, w, 3), dtype=np.uint8))


def on_white(im):
    im = ImageOps.exif_transpose(im)
    if im.mode in ("RGBA", "LA", "PA") or "transparency" in im.info:
        im = im.convert("RGBA")
        white = Image.new("RGBA", im.size, "white")
        return Image.alpha_composite(white, im).convert("RGB")
    return im.convert("RGB")


def expect(name):
    on_white(Image.open(path(name))).save(path(name + ".want.png"), optimize=True)


def save(im, name, **options):
    im.save(path(name), **options)
    expect(name)


def alpha(w, h):
    im = photo(w, h).convert("RGBA")
    y, x = np.mgrid[0:h, 0:w]
    im.putalpha(Image.fromarray(((x * 7 + y * 5) % 256).astype(np.uint8)))
    return im


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, w, h, depth, color, rows, interlace=0, extra=b""):
    """A PNG of a kind that Pillow does not write."""
    header = struct.pack(">IIBBBBB", w, h, depth, color, 0, 0, interlace)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with open(path(name), "wb") as f:
        f.write(data)


def adam7(a):
    out = b""
    for y0, x0, dy, dx in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        for row in a[y0::dy, x0::dx]:
            if row.size:
                out += b"\0" + row.tobytes()
    return out


def formats():
    save(photo(40, 30), "full.jpg", quality=95, subsampling=0)
    save(photo(41, 31), "h2v1.jpg", quality=95, subsampling=1)
    save(photo(41, 31), "h2v2.jpg", quality=95, subsampling=2)
    save(photo(40, 30), "progressive.jpg", quality=95, subsampling=0, progressive=True)
    save(photo(40, 30).convert("L"), "gray.jpg", quality=95)
    save(photo(40, 30).convert("CMYK"), "cmyk.jpg", quality=95)
    save(photo(20, 15), "rgb.png")
    save(photo(20, 15).convert("L"), "gray.png")
    save(photo(20, 15).convert("1"), "bilevel.png")
    save(photo(20, 15).quantize(16), "palette.png")
    save(alpha(20, 15), "alpha.png")
    save(alpha(20, 15).convert("LA"), "grayalpha.png")
    p = photo(20, 15).quantize(8)
    save(p, "transparent.png", transparency=bytes([0, 128, 255, 10, 200, 255, 90, 255]))
    a = np.asarray(photo(20, 15))
    png("interlaced.png", 20, 15, 8, 2, adam7(a), interlace=1)
    expect("interlaced.png")
    deep = a.astype(">u2") * 257 - (a > 128) * 100
    png("rgb16.png", 20, 15, 16, 2, b"".join(b"\0" + r.astype(">u2").tobytes() for r in deep))
    Image.fromarray((deep >> 8).astype(np.uint8)).save(path("rgb16.png.want.png"))
    png("gray16.png", 20, 15, 16, 0, b"".join(b"\0" + r.astype(">u2").tobytes() for r in deep[:, :, 0]))
    Image.fromarray((deep[:, :, 0] >> 8).astype(np.uint8)).convert("RGB").save(path("gray16.png.want.png"))
    save(photo(41, 31), "lossy.webp", quality=95)
    save(photo(20, 15), "lossless.webp", lossless=True)
    save(alpha(40, 30), "alpha.webp", quality=95)
    save(alpha(20, 15), "alphalossless.webp", lossless=True, exact=True)


def animated():
    frames = [photo(24, 18), photo(24, 18).transpose(Image.ROTATE_180)]
    frames[0].save(path("animated.gif"), save_all=True, append_images=frames[1:], duration=50)
    frames[0].save(path("animated.webp"), save_all=True, append_images=frames[1:], duration=50, quality=95)
    for name in ("animated.gif", "animated.webp"):
        im = Image.open(path(name))
        im.seek(0)
        on_white(im).save(path(name + ".want.png"))
    # A first frame of 8×6 at (5, 4) on a canvas of 24×18: the rest is transparent, that is white.
    small = photo(8, 6).quantize(16)
    small.save(path("partial.gif"))
    with open(path("partial.gif"), "rb") as f:
        data = bytearray(f.read())
    struct.pack_into("<HH", data, 6, 24, 18)
    at = 13 + 3 * (2 << (data[10] & 7))
    while data[at] != 0x2C:
        at += 1
    struct.pack_into("<HH", data, at + 1, 5, 4)
    with open(path("partial.gif"), "wb") as f:
        f.write(data)
    want = Image.new("RGB", (24, 18), "white")
    want.paste(small.convert("RGB"), (5, 4))
    want.save(path("partial.gif.want.png"))


def orientations():
    im = noise(3, 2)
    for o in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = o
        save(im, "orientation%d.png" % o, exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 6
    save(photo(40, 24), "orientation6.jpg", exif=exif, quality=95, subsampling=0)
    save(photo(40, 24), "orientation6.webp", exif=exif, lossless=True)


def resizes():
    for (w, h), sizes in {
        (32, 32): [(64, 64), (32, 20)],
        (100, 75): [(64, 64), (33, 120)],
        (300, 200): [(64, 64), (24, 24)],
        (500, 3): [(20, 20)],
        (7, 200): [(64, 13)],
        (1, 1): [(5, 7)],
    }.items():
        source = noise(w, h) if w * h < 20000 else photo(w, h)
        source.save(path("resize-%dx%d.png" % (w, h)), optimize=True)
        for tw, th in sizes:
            source.resize((tw, th), Image.BILINEAR).save(path("resize-%dx%d-to-%dx%d.png" % (w, h, tw, th)), optimize=True)


formats()
animated()
orientations()
resizes()
