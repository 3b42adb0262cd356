"""VGG19, DenseNet121 and MobileNetV2 as functions over Keras' HDF5 weights.

A network is called with an image batch (N, 3, 224, 224), RGB, 0..255, and a
visitor: visit(layer, tensor) sees the output of every layer that Keras names
and that the search could use. Evaluation mode, float32.
"""

import gzip
import io

import h5py
import torch
import torch.nn.functional as F


def read_weights(path):
    """Returns {layer: [arrays in Keras' order]} of a .h5 or .h5.gz file."""
    stream = gzip.open(path).read() if str(path).endswith(".gz") else open(path, "rb").read()
    with h5py.File(io.BytesIO(stream), "r") as f:
        root = f["model_weights"] if "model_weights" in f else f
        return {
            name: [torch.from_numpy(root[name][w][()]) for w in text(root[name].attrs["weight_names"])]
            for name in text(root.attrs["layer_names"])
        }


def text(names):
    return [n.decode() if isinstance(n, bytes) else n for n in names]


class Network:
    """Layers by Keras' name; subclasses say how they are joined."""

    def __init__(self, path):
        self.w = {}
        for name, arrays in read_weights(path).items():
            if not arrays:
                continue
            if arrays[0].ndim == 4:  # HWIO to OIHW; depthwise (h, w, in, 1) to (in, 1, h, w)
                kernel = arrays[0].permute(2, 3, 0, 1) if "depthwise" in name else arrays[0].permute(3, 2, 0, 1)
                arrays = [kernel.contiguous()] + arrays[1:]
            self.w[name] = arrays

    def conv(self, x, name, stride=1, padding=0):
        kernel, *bias = self.w[name]
        groups = x.shape[1] // kernel.shape[1]
        return F.conv2d(x, kernel, bias[0] if bias else None, stride, padding, groups=groups)

    def bn(self, x, name):
        gamma, beta, mean, var = self.w[name]
        return F.batch_norm(x, mean, var, gamma, beta, eps=self.eps)


class VGG19(Network):
    def __call__(self, x, visit):
        x = x.flip(1) - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
        for block, convs in enumerate([2, 2, 4, 4, 4], 1):
            for i in range(1, convs + 1):
                name = f"block{block}_conv{i}"
                x = F.relu(self.conv(x, name, padding=1))
                visit(name, x)
            x = F.max_pool2d(x, 2)


class DenseNet121(Network):
    eps = 1.001e-5

    def __call__(self, x, visit):
        mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 1, 3, 1, 1)
        x = self.conv((x / 255 - mean) / std, "conv1/conv", stride=2, padding=3)
        x = F.max_pool2d(F.pad(F.relu(self.bn(x, "conv1/bn")), (1, 1, 1, 1)), 3, 2)
        for stage, blocks in enumerate([6, 12, 24, 16], 2):
            for i in range(1, blocks + 1):
                name = f"conv{stage}_block{i}"
                y = self.conv(F.relu(self.bn(x, name + "_0_bn")), name + "_1_conv")
                visit(name + "_1_conv", y)
                y = self.conv(F.relu(self.bn(y, name + "_1_bn")), name + "_2_conv", padding=1)
                visit(name + "_2_conv", y)
                x = torch.cat([x, y], 1)
                visit(name + "_concat", x)
            if stage < 5:
                x = self.conv(F.relu(self.bn(x, f"pool{stage}_bn")), f"pool{stage}_conv")
                x = F.avg_pool2d(x, 2)
        visit("bn", self.bn(x, "bn"))


class MobileNetV2(Network):
    eps = 1e-3
    # (blocks, stride of the first) of the stages
    stages = [(1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1)]

    def __call__(self, x, visit):
        x = self.conv(F.pad(x / 127.5 - 1, (0, 1, 0, 1)), "Conv1", stride=2)
        visit("Conv1", x)
        x = F.relu6(self.bn(x, "bn_Conv1"))
        strides = [s if i == 0 else 1 for n, s in self.stages for i in range(n)]
        for i, stride in enumerate(strides):
            name = f"block_{i}" if i else "expanded_conv"
            y = x
            if i:
                y = self.conv(y, name + "_expand")
                visit(name + "_expand", y)
                y = F.relu6(self.bn(y, name + "_expand_BN"))
            y = F.pad(y, (0, 1, 0, 1)) if stride == 2 else F.pad(y, (1, 1, 1, 1))
            y = self.conv(y, name + "_depthwise", stride)
            visit(name + "_depthwise", y)
            y = F.relu6(self.bn(y, name + "_depthwise_BN"))
            y = self.conv(y, name + "_project")
            visit(name + "_project", y)
            y = self.bn(y, name + "_project_BN")
            x = x + y if x.shape == y.shape else y
        x = self.conv(x, "Conv_1")
        visit("Conv_1", x)
        visit("out_relu", F.relu6(self.bn(x, "Conv_1_bn")))
