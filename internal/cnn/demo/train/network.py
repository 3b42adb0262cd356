"""The demo network: nine 3×3 convolutions in four stages, named like the layers of the exported graph."""

import collections

import torch
from torch import nn

# (channels, convolutions) of each stage; a 2×2 max pooling lies between stages.
STAGES = [(16, 1), (32, 2), (64, 3), (128, 3)]
MEAN = [128.0, 128.0, 128.0]
STD = [64.0, 64.0, 64.0]


class DemoNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers = collections.OrderedDict()
        inputs = 3
        for s, (channels, count) in enumerate(STAGES, 1):
            for c in range(1, count + 1):
                layers["stage%d_conv%d" % (s, c)] = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
                layers["stage%d_bn%d" % (s, c)] = nn.BatchNorm2d(channels)
                layers["stage%d_relu%d" % (s, c)] = nn.ReLU()
                inputs = channels
            if s < len(STAGES):
                layers["stage%d_pool" % s] = nn.MaxPool2d(2)
        self.features = nn.Sequential(layers)
        self.logits = nn.Linear(inputs, classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        """x: RGB in 0..255 → (last feature map, logits)."""
        mean = torch.tensor(MEAN).view(1, 3, 1, 1)
        std = torch.tensor(STD).view(1, 3, 1, 1)
        maps = self.features(((x - mean) / std).contiguous(memory_format=torch.channels_last))
        return maps, self.logits(maps.mean((2, 3)))


def gem(maps, grid=1, p=3.0):
    """Generalised-mean pooling to grid × grid cells, flattened."""
    pooled = nn.functional.adaptive_avg_pool2d(maps.clamp(min=1e-6).pow(p), grid)
    return pooled.pow(1 / p).flatten(1)


def folded_convolutions(net):
    """(name, weight, bias) of every convolution with its batch normalisation folded in."""
    out = []
    modules = dict(net.features.named_children())
    for name, conv in modules.items():
        if not isinstance(conv, nn.Conv2d):
            continue
        bn = modules[name.replace("conv", "bn")]
        scale = bn.weight.double() / torch.sqrt(bn.running_var.double() + bn.eps)
        weight = conv.weight.double() * scale.view(-1, 1, 1, 1)
        bias = bn.bias.double() - bn.running_mean.double() * scale
        out.append((name, weight.float().detach().contiguous().numpy(), bias.float().detach().numpy()))
    return out
