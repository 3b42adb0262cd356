#!/usr/bin/env python3
"""Search quality of feature maps: the original's method against pooled maps.

The original stretches an image to 224x224 with nearest neighbour and compares
the flattened feature map. Ours stretches with antialiased bilinear resizing
and compares a pooled map. Both are judged by the weighted score (0..100) over
the 15 nearest other images by cosine distance. See README.md.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import nets

DATASETS = ["caltech10x20", "tinyimagenet10x20", "clothing10x20", "cifar10-10x20"]
NETWORKS = {
    "vgg19": (nets.VGG19, "vgg19_notop.h5.gz"),
    "densenet121": (nets.DenseNet121, "densenet121.h5"),
    "mobilenetv2": (nets.MobileNetV2, "mobilenetv2_notop.h5"),
}
# Choices of eight layers. The first of VGG19 and of DenseNet121 is the
# original's; it had no MobileNetV2. The others test that a finding holds.
CHOICES = {
    "vgg19": [
        "block1_conv1 block1_conv2 block3_conv1 block3_conv4 block4_conv1 block4_conv4 block5_conv1 block5_conv4",
    ],
    "densenet121": [
        "conv2_block1_1_conv conv2_block6_2_conv conv3_block5_1_conv conv4_block9_1_conv "
        "conv4_block23_2_conv conv5_block13_2_conv conv5_block16_1_conv conv5_block16_concat",
        "conv2_block1_2_conv conv2_block4_1_conv conv3_block3_2_conv conv3_block9_1_conv "
        "conv4_block4_1_conv conv4_block16_2_conv conv5_block5_1_conv conv5_block16_2_conv",
    ],
    "mobilenetv2": [
        "Conv1 block_2_project block_4_expand block_6_expand "
        "block_9_project block_12_expand block_15_project Conv_1",
        "Conv1 block_1_expand block_3_expand block_6_project "
        "block_8_expand block_11_project block_14_expand out_relu",
        "expanded_conv_project block_2_expand block_5_project block_7_expand "
        "block_10_project block_13_expand block_16_project Conv_1",
        "Conv1 block_1_depthwise block_3_depthwise block_5_depthwise "
        "block_8_depthwise block_11_depthwise block_14_depthwise Conv_1",
    ],
}
SIZE = 224
TOP = 15
BATCH = 4
LIMIT = 8192  # dimensions of a pooled vector


def cells(size, grid):
    """A grid x size matrix that averages over cell i = [floor(i*size/grid), ceil((i+1)*size/grid))."""
    m = torch.zeros(grid, size)
    for i in range(grid):
        start, end = i * size // grid, -(-(i + 1) * size // grid)
        m[i, start:end] = 1 / (end - start)
    return m


def fit(grid, channels, size):
    """The largest grid, at most the given one and the map's size, that keeps to LIMIT."""
    while grid > 1 and (grid > size or channels * grid * grid > LIMIT):
        grid -= 1
    return grid


def average(x, grid):
    return cells(x.shape[2], grid) @ x @ cells(x.shape[3], grid).T


def signed_gem(x, grid, p):
    """gem(max(x, 0)) - gem(max(-x, 0)): the plain generalised mean of a map
    without negative values, and the plain average of any map at p = 1.

    Every channel is divided by its largest magnitude first, and multiplied
    by it afterwards, so that no power leaves the range of float32.
    """
    peak = x.abs().amax((2, 3), keepdim=True).clamp(min=1e-12)
    x = x / peak
    parts = [average(s.clamp(min=0) ** p, grid) ** (1 / p) for s in (x, -x)]
    return peak * (parts[0] - parts[1])


def signed_max(x, grid):
    """The limit of signed_gem for p towards infinity."""
    pool = torch.nn.functional.adaptive_max_pool2d
    return pool(x.clamp(min=0), grid) - pool((-x).clamp(min=0), grid)


def pooling(spec, grid, center):
    """A function from a feature map (N, C, H, W) to vectors (N, dimensions)."""
    kind, _, p = spec.partition(":")

    def pool(x):
        g = fit(grid, x.shape[1], min(x.shape[2:]))
        if kind == "avg":
            y = average(x, g)
        elif kind == "max":
            y = signed_max(x, g)
        elif kind == "gem":
            y = signed_gem(x, g, float(p or 3))
        else:
            raise SystemExit(f"unknown pooling {spec}")
        return (y - y.mean(1, keepdim=True) if center else y).flatten(1)

    return pool


def weighted_score(vectors, labels):
    """Mean over all queries; the query is left out by identity, ties go to the lower index."""
    x = torch.nn.functional.normalize(vectors)
    similarity = (x @ x.T).numpy()
    np.fill_diagonal(similarity, -np.inf)
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :TOP]
    weight = (TOP - np.arange(TOP)) / TOP
    hits = labels[nearest] == labels[:, None]
    return float((100 * hits @ weight / weight.sum()).mean())


def read_image(path, resample):
    image = Image.open(path).convert("RGB").resize((SIZE, SIZE), resample)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float()


@torch.no_grad()
def layer_vectors(network, files, layers, resample, pool):
    """Returns {layer: (images, dimensions)}."""
    vectors = {}

    def visit(layer, x):
        if layer not in layers:
            return
        x = pool(x)
        rows = vectors.setdefault(layer, torch.empty(len(files), x.shape[1]))
        rows[start : start + len(x)] = x

    for start in range(0, len(files), BATCH):
        network(torch.stack([read_image(f, resample) for f in files[start : start + BATCH]]), visit)
    return vectors


def measure(network, folder, layers, method):
    """Returns {layer: (score, dimensions)} of one dataset."""
    files = sorted(p for p in folder.glob("*/*") if p.is_file())
    categories = sorted({p.parent.name for p in files})
    labels = np.array([categories.index(p.parent.name) for p in files])
    vectors = layer_vectors(network, files, layers, *method)
    result = {}
    for layer in layers:
        v = vectors.pop(layer)
        result[layer] = (weighted_score(v, labels), v.shape[1])
    return result


def report(name, dataset, method, result):
    for i, choice in enumerate(CHOICES[name], 1):
        scores = [result[layer][0] for layer in choice.split()]
        widest = max(result[layer][1] for layer in choice.split())
        print(
            f"{name:12} choice {i}  {dataset:18} {method:16} "
            f"best {max(scores):5.1f}  mean {np.mean(scores):5.1f}  up to {widest} dimensions",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with weights/ and datasets/")
    parser.add_argument("--network", choices=NETWORKS, action="append", help="default: all; repeatable")
    parser.add_argument("--dataset", action="append", help="default: the four of 200 images; repeatable")
    parser.add_argument("--pool", action="append", default=[], help="also measure avg, max or gem[:p]; repeatable")
    parser.add_argument("--grid", type=int, default=3, help="cells per side (default 3)")
    parser.add_argument("--center", action="store_true", help="subtract every cell's mean over the channels")
    parser.add_argument("--skip-original", action="store_true", help="measure only the poolings")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write {method: {network: {dataset: {layer: score}}}}")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    methods = {} if args.skip_original else {"original": (Image.NEAREST, lambda x: x.flatten(1))}
    for spec in args.pool:
        name = f"{spec} {args.grid}x{args.grid}" + (" centered" if args.center else "")
        methods[name] = (Image.BILINEAR, pooling(spec, args.grid, args.center))
    table = {}
    for name in args.network or NETWORKS:
        build, weights = NETWORKS[name]
        network = build(args.data / "weights" / weights)
        layers = list(dict.fromkeys(" ".join(CHOICES[name]).split()))
        for dataset in args.dataset or DATASETS:
            for title, method in methods.items():
                result = measure(network, args.data / "datasets" / dataset, layers, method)
                report(name, dataset, title, result)
                scores = {layer: round(score, 2) for layer, (score, _) in result.items()}
                table.setdefault(title, {}).setdefault(name, {})[dataset] = scores
    if args.json:
        args.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
