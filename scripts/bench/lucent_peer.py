#!/usr/bin/env python3
"""Feature visualisation as Lucent does it, on the CPU: a Fourier picture in decorrelated colours, Lucid's standard
transforms, Adam at 0.05, and torchvision's network with a hook on the layer.

Usage: lucent_peer.py vgg19|mobilenetv2 SIZE THREADS. For every line on standard input, a number of steps, it optimises a
picture for so many steps and prints the seconds. Needs PyTorch and torchvision (Debian: python3-torchvision); weights are
random. The layers are those that Keras calls block4_conv1 and block_13_expand.
"""
import math
import random
import sys
import time

import torch
import torch.nn.functional as F
import torchvision

LAYERS = {
    "vgg19": lambda: torchvision.models.vgg19(weights=None).features[:20],  # to block4_conv1
    "mobilenetv2": lambda: torch.nn.Sequential(
        *(m := torchvision.models.mobilenet_v2(weights=None).features)[:14], m[14].conv[0][0]
    ),
}
COLOURS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
COLOURS = COLOURS / COLOURS.norm(dim=0).max()
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def fourier(size):
    """The variable, and the function that makes the picture of it."""
    fy, fx = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None]
    scale = 1 / torch.maximum(torch.sqrt(fx**2 + fy**2), torch.tensor(1 / size))
    spectrum = (torch.randn(1, 3, size, size // 2 + 1, 2) * 0.01).requires_grad_(True)

    def picture():
        x = torch.fft.irfftn(torch.view_as_complex(spectrum) * scale, s=(size, size), norm="ortho") / 4
        return torch.sigmoid(torch.einsum("bchw,dc->bdhw", x, COLOURS))

    return spectrum, picture


def jitter(x, d):
    dy, dx = random.randrange(d), random.randrange(d)
    return x[:, :, dy : x.shape[2] - d + dy, dx : x.shape[3] - d + dx]


def rotate(x, degrees):
    a = math.radians(degrees)
    theta = torch.tensor([[[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0]]])
    return F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False)


def fitted(x, size):
    """The middle of the picture, or the picture between gray borders: the network sees one size."""
    off = x.shape[2] - size
    if off >= 0:
        return x[:, :, off // 2 : off // 2 + size, off // 2 : off // 2 + size]
    return F.pad(x, (-off // 2, -off - -off // 2) * 2, value=0.5)


def transformed(x, size):
    x = jitter(F.pad(x, (12,) * 4, value=0.5), 8)
    side = int((1 + (random.randrange(11) - 5) / 50) * x.shape[2])
    x = F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
    x = rotate(x, random.choice(list(range(-10, 11)) + 5 * [0]))
    return fitted(jitter(x, 4), size)


def optimise(net, size, steps):
    spectrum, picture = fourier(size)
    adam = torch.optim.Adam([spectrum], lr=0.05)
    start = time.perf_counter()
    for _ in range(steps):
        adam.zero_grad()
        x = transformed(picture(), size)
        x = (x - MEAN[:, None, None]) / STD[:, None, None]
        (-net(x)[:, 0].mean()).backward()
        adam.step()
    return time.perf_counter() - start


def main(name, size, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = LAYERS[name]().eval().requires_grad_(False)
    optimise(net, size, 2)
    print("ready", flush=True)
    for line in sys.stdin:
        print(optimise(net, size, int(line)), flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
