#!/usr/bin/env python3
"""Writes pillow.json: what Pillow makes of photographs of the shared data, as samples. Usage: pillow.py DATASETS

Each case is a file below DATASETS, a fit and a size, with the pixels of the result at places that a fixed generator
chooses: [x, y, red, green, blue]. Needs Pillow (Debian: python3-pil).
"""
import json
import os
import random
import sys

from PIL import Image

root, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
choose = random.Random(7)


def fitted(im, width, height, fit):
    """The network input; on black where it is padded."""
    w, h = im.size
    if fit == "stretch":
        return im.resize((width, height), Image.BILINEAR)
    if fit == "crop":
        scale = max(width / w, height / h)
        cw, ch = min(width / scale, w), min(height / scale, h)
        return im.resize((width, height), Image.BILINEAR, box=((w - cw) / 2, (h - ch) / 2, (w + cw) / 2, (h + ch) / 2))
    scale = min(width / w, height / h)
    inner = (min(max(round(w * scale), 1), width), min(max(round(h * scale), 1), height))
    framed = Image.new("RGB", (width, height))
    framed.paste(im.resize(inner, Image.BILINEAR), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return framed


def files():
    for dataset, count in (("imagenet-sample-100", 6), ("clothing10x20", 3), ("tinyimagenet10x20", 1)):
        found = sorted(os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(root, dataset))
                       for name in names if name.lower().endswith((".jpg", ".jpeg")))
        yield from found[:: len(found) // count][:count]


cases = []
for path in files():
    im = Image.open(path).convert("RGB")
    for fit, (w, h) in (("crop", (224, 224)), ("pad", (299, 299)), ("stretch", (224, 224)), ("crop", (97, 75))):
        out = fitted(im, w, h, fit)
        places = [(choose.randrange(w), choose.randrange(h)) for _ in range(40)]
        cases.append({"file": os.path.relpath(path, root), "fit": fit, "width": w, "height": h,
                      "pixels": [[x, y, *out.getpixel((x, y))] for x, y in places]})
with open(os.path.join(here, "pillow.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
