#!/usr/bin/env python3
"""The Python a user would write: torchvision's network, hooks on eight layers, global averages to NumPy, on the CPU.

Usage: torch_peer.py MODEL SIZE THREADS. For every line on standard input it runs a turn and prints images per second, the
better of a batch of 1 and one of 16. Needs PyTorch and torchvision (Debian: python3-torchvision); weights are random.
"""
import sys
import time

import torch
import torchvision

name, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
options = {"init_weights": False, "aux_logits": True} if name == "inception_v3" else {}
model = getattr(torchvision.models, name)(weights=None, **options).eval()
convolutions = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
taken = {}
for i in range(8):
    layer = convolutions[i * (len(convolutions) - 1) // 7]
    layer.register_forward_hook(lambda _, __, out, i=i: taken.__setitem__(i, out.mean((2, 3)).numpy()))


@torch.no_grad()
def turn(batch, count):
    images = torch.rand(batch, 3, size, size)
    start = time.perf_counter()
    for _ in range(count):
        model(images)
    return batch * count / (time.perf_counter() - start)


turn(1, 1)
best = max((1, 8), (16, 1), key=lambda c: turn(*c))
print("ready", best[0], flush=True)
for _ in sys.stdin:
    print(turn(*best), flush=True)
