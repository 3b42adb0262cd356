"""Accuracy of the network and the retrieval score of its layers on the demo dataset."""

import csv

import numpy as np
import torch

import data
from network import gem

TOP = 15


def to_batch(images):
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()


def forward(net, images, step=128):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(to_batch(images[i:i + step]))[1] for i in range(0, len(images), step)])


def hits(net, images, targets):
    """For every picture: the top class is right, and the right class is among the top five."""
    best = forward(net, images).topk(5, 1).indices
    right = best == torch.tensor(targets)[:, None]
    return right[:, 0], right.any(1)


def layer_embeddings(net, images, names, grid):
    """GeM embeddings (p = 3) of the named layers, in one pass."""
    found = {}
    hooks = [
        dict(net.features.named_children())[n].register_forward_hook(
            lambda m, i, o, n=n: found.setdefault(n, []).append(gem(o, grid)))
        for n in names
    ]
    forward(net, images)
    for h in hooks:
        h.remove()
    return {n: torch.cat(v).numpy().astype(np.float64) for n, v in found.items()}


def weighted_scores(embeddings, categories):
    """The weighted score of every picture as query: of the nearest 15 by cosine, the hit at
    rank i counts (15 - i) / 15; 100 means that all 15 are of the query's category."""
    unit = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    distance = 1 - unit @ unit.T
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :TOP]
    weight = (TOP - np.arange(TOP)) / TOP
    same = np.asarray(categories)[nearest] == np.asarray(categories)[:, None]
    return 100 * (same * weight).sum(1) / weight.sum()


class DemoSet:
    def __init__(self, labels, pictures):
        by_file = {p.file: p for p in pictures}
        with open(labels, encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        self.pictures = [by_file[r["file"]] for r in rows]
        self.images = [data.on_white(p.rgba) for p in self.pictures]
        self.categories = [r["category"] for r in rows]
        self.held_out = np.array([p.held_out for p in self.pictures])

    def scores(self, net, names, grid):
        """layer → weighted score of each of the 200 queries."""
        found = layer_embeddings(net, self.images, names, grid)
        return {n: weighted_scores(found[n], self.categories) for n in names}
