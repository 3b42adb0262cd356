#!/usr/bin/env python3
"""Trains the demo network and writes demo.onnx, demo.json, training.json, training.log, train/split.csv.

    python3 train.py --package ../../../../node_modules/emoji-datasource-google

README.md in this folder describes data, schedule and results.
"""

import argparse
import copy
import hashlib
import json
import os
import platform
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F

import data
import evaluate
import export
from augment import Augment
from network import DemoNet, gem

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.dirname(HERE)


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--package", default=os.path.join(OUT, "../../../node_modules/emoji-datasource-google"))
    p.add_argument("--out", default=OUT)
    p.add_argument("--seed", type=int, default=200)
    p.add_argument("--steps", type=int, default=4500)
    p.add_argument("--small-size", type=int, default=40, help="picture size of the first part of the training")
    p.add_argument("--small-share", type=float, default=0.8, help="share of the steps at the small size")
    p.add_argument("--classes-per-batch", type=int, default=20)
    p.add_argument("--pictures-per-class", type=int, default=4)
    p.add_argument("--lr", type=float, default=0.1)
    p.add_argument("--weight-decay", type=float, default=5e-4)
    p.add_argument("--metric-weight", type=float, default=0.5)
    p.add_argument("--temperature", type=float, default=0.1)
    p.add_argument("--smoothing", type=float, default=0.1)
    p.add_argument("--ema", type=float, default=0.998)
    return p.parse_args()


class Log:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def __call__(self, text):
        print(text, flush=True)
        self.file.write(text + "\n")
        self.file.flush()


class Sampler:
    """Draws classes with probability ∝ sqrt(pictures), then pictures of each class."""

    def __init__(self, targets, classes_per_batch, per_class, generator):
        self.g, self.cpb, self.per = generator, classes_per_batch, per_class
        count = torch.bincount(targets).float()
        self.weight = count.sqrt()
        self.members = [torch.nonzero(targets == c).flatten() for c in range(len(count))]

    def batch(self):
        out = []
        for c in torch.multinomial(self.weight, self.cpb, generator=self.g).tolist():
            m = self.members[c]
            order = torch.randperm(len(m), generator=self.g)
            out.append(m[order.repeat(self.per // len(m) + 1)[: self.per]])
        return torch.cat(out)


def supervised_contrastive(features, targets, temperature):
    """Khosla et al. 2020, over the batch: pictures of one class attract, all others repel."""
    z = F.normalize(features)
    logits = z @ z.T / temperature
    self_mask = torch.eye(len(z), dtype=torch.bool)
    logits = logits.masked_fill(self_mask, -1e9)
    log_prob = logits - logits.logsumexp(1, keepdim=True)
    positive = (targets[:, None] == targets[None, :]) & ~self_mask
    return -(log_prob * positive).sum(1).div(positive.sum(1).clamp(min=1)).mean()


def learning_rate(step, steps, peak):
    warm = max(1, steps // 20)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + np.cos(np.pi * (step - warm) / (steps - warm)))


def update_average(average, net, decay):
    with torch.no_grad():
        for a, p in zip(average.parameters(), net.parameters()):
            a.lerp_(p, 1 - decay)


def recompute_batch_statistics(net, batches):
    """Running mean and variance for the averaged weights."""
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.reset_running_stats()
            m.momentum = None
    net.train()
    with torch.no_grad():
        for x in batches:
            net(x)
    net.eval()


def train(args, images, targets, classes, log):
    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    net = DemoNet(classes).to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    augment = Augment(generator)
    sampler = Sampler(targets, args.classes_per_batch, args.pictures_per_class, generator)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": args.weight_decay}, {"params": others, "weight_decay": 0}],
        lr=args.lr, momentum=0.9, nesterov=True)
    per_epoch = max(1, len(targets) // (args.classes_per_batch * args.pictures_per_class))
    sums, start = np.zeros(3), time.time()
    net.train()
    for step in range(args.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.lr)
        index = sampler.batch()
        size = args.small_size if step < args.small_share * args.steps else data.SIZE
        maps, logits = net(augment(images[index], size))
        entropy = F.cross_entropy(logits, targets[index], label_smoothing=args.smoothing)
        metric = supervised_contrastive(gem(maps), targets[index], args.temperature)
        optimizer.zero_grad(set_to_none=True)
        (entropy + args.metric_weight * metric).backward()
        optimizer.step()
        update_average(average, net, min(args.ema, (step + 1) / (step + 10)))
        right = (logits.argmax(1) == targets[index]).float().mean().item()
        sums += [entropy.item(), metric.item(), right]
        if (step + 1) % (per_epoch * 5) == 0 or step + 1 == args.steps:
            n = (step % (per_epoch * 5)) + 1
            log("epoch %5.1f  step %5d  size %d  lr %.4f  cross-entropy %.4f  contrastive %.4f  batch accuracy %.4f  %5.0f s"
                % ((step + 1) / per_epoch, step + 1, size, optimizer.param_groups[0]["lr"], *(sums / n), time.time() - start))
            sums[:] = 0
    recompute_batch_statistics(average, (augment(images[sampler.batch()]) for _ in range(60)))
    return average


def report_accuracy(net, pictures, index, log):
    """Accuracies on the fixed evaluation pictures, for training.json."""
    out = {}
    kinds = {"augmented": lambda p: data.heldout_augment(p.rgba, p.file), "plain": lambda p: data.on_white(p.rgba)}
    for split, wanted in (("train", False), ("heldout", True)):
        part = [p for p in pictures if p.held_out == wanted]
        for kind, view in kinds.items():
            top1, top5 = evaluate.hits(net, [view(p) for p in part], [index[p.cls] for p in part])
            out[split, kind] = (len(part), top1.float().mean().item(), top5.float().mean().item())
            log("%-8s pictures, %-9s: %4d images, top-1 %.4f, top-5 %.4f" % (split, kind, *out[split, kind]))
    return out


def report_scores(net, demo, log):
    names = [n for n, _ in net.features.named_children() if "relu" in n]
    tables = {}
    for grid in (1, 2):
        scores = demo.scores(net, names, grid)
        tables[grid] = scores
        log("weighted score on the demo dataset, cosine, GeM p=3 %dx%d:" % (grid, grid))
        for n in names:
            s = scores[n]
            log("  %-13s all %5.1f   training pictures %5.1f   held-out pictures %5.1f"
                % (n, s.mean(), s[~demo.held_out].mean(), s[demo.held_out].mean()))
    cats = sorted(set(demo.categories))
    log("per category, GeM p=3 2x2, default layers " + " ".join(export.DEFAULT_LAYERS) + ":")
    for c in cats:
        mask = np.array([k == c for k in demo.categories])
        log("  %-24s %s" % (c, " ".join("%5.1f" % tables[2][n][mask].mean() for n in export.DEFAULT_LAYERS)))
    return tables


def evaluation_digest(pictures):
    """SHA-256 over all deterministic evaluation images, in order: heldout.go must agree."""
    h = hashlib.sha256()
    for p in pictures:
        h.update(data.heldout_augment(p.rgba, p.file).tobytes())
    return h.hexdigest()


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    os.makedirs(args.out, exist_ok=True)
    log = Log(os.path.join(args.out, "training.log"))
    log("python %s, torch %s, numpy %s, onnx %s" % (
        platform.python_version(), torch.__version__, np.__version__, onnx.__version__))
    log(" ".join("%s=%s" % (k, v) for k, v in sorted(vars(args).items()) if k not in ("package", "out")))

    pictures = data.load_pictures(args.package)
    names, _, _ = data.concept_classes()
    index = {n: i for i, n in enumerate(names)}
    kept = [p for p in pictures if not p.held_out]
    log("%d pictures, %d classes; %d for training, %d held out" % (
        len(pictures), len(names), len(kept), len(pictures) - len(kept)))
    images = torch.from_numpy(np.stack([p.rgba for p in kept])).permute(0, 3, 1, 2).contiguous()
    targets = torch.tensor([index[p.cls] for p in kept])
    net = train(args, images, targets, len(names), log)

    accuracy = report_accuracy(net, pictures, index, log)
    demo = evaluate.DemoSet(os.path.join(OUT, "labels.csv"), pictures)
    tables = report_scores(net, demo, log)
    torch.manual_seed(args.seed)
    log("the same network before training:")
    report_scores(DemoNet(len(names)), demo, log)
    export.write(net, names, args.seed, os.path.join(args.out, "demo.onnx"), os.path.join(args.out, "demo.json"))
    os.makedirs(os.path.join(args.out, "train"), exist_ok=True)
    data.write_split(pictures, os.path.join(args.out, "train", "split.csv"))
    summary = {
        "seed": args.seed, "steps": args.steps, "classes": len(names),
        "heldout_augmented_images": accuracy["train", "augmented"][0],
        "heldout_augmented_accuracy": round(accuracy["train", "augmented"][1], 4),
        "heldout_augmented_top5_accuracy": round(accuracy["train", "augmented"][2], 4),
        "heldout_instance_images": accuracy["heldout", "augmented"][0],
        "heldout_instance_accuracy": round(accuracy["heldout", "augmented"][1], 4),
        "heldout_instance_top5_accuracy": round(accuracy["heldout", "augmented"][2], 4),
        "heldout_instance_plain_accuracy": round(accuracy["heldout", "plain"][1], 4),
        "evaluation_pixels_sha256": evaluation_digest(pictures),
        "weighted_scores_gem3_2x2": {n: round(float(tables[2][n].mean()), 2) for n in export.DEFAULT_LAYERS},
    }
    with open(os.path.join(args.out, "training.json"), "w", encoding="utf-8") as f:
        json.dump(summary, f, indent=2)
        f.write("\n")
    log("demo.onnx: %d bytes" % os.path.getsize(os.path.join(args.out, "demo.onnx")))


if __name__ == "__main__":
    main()
