"""Writes demo.onnx and demo.json: the same layer names in network, graph and manifest."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper

import network
from data import SIZE

DEFAULT_LAYERS = [
    "stage1_relu1", "stage2_relu1", "stage2_relu2", "stage3_relu1",
    "stage3_relu3", "stage4_relu1", "stage4_relu2", "stage4_relu3",
]


def _initializer(name, array):
    array = np.ascontiguousarray(array, dtype=np.float32)
    return helper.make_tensor(name, TensorProto.FLOAT, array.shape, array.tobytes(), raw=True)


class _Builder:
    def __init__(self):
        self.nodes, self.weights, self.layers, self.infos = [], [], [], []
        self.value, self.shape = "input", (3, SIZE, SIZE)

    def node(self, op, name, extra=(), **attributes):
        self.nodes.append(helper.make_node(op, [self.value, *extra], [name], name=name, **attributes))
        self.value = name

    def layer(self, name, kind, shape, parameters=0, rank=4):
        channels, height, width = shape
        self.shape = shape
        self.layers.append({
            "name": name, "type": kind, "index": len(self.layers) + 1, "channels": channels,
            "height": height, "width": width, "parameters": parameters, "value": name,
        })
        dims = ["N", channels, height, width][:rank]
        self.infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims))

    def conv(self, name, weight, bias):
        self.weights += [_initializer(name + "_weight", weight), _initializer(name + "_bias", bias)]
        self.node("Conv", name, (name + "_weight", name + "_bias"),
                  kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])
        self.layer(name, "Conv2D", (len(bias), *self.shape[1:]), weight.size + bias.size)

    def relu(self, name):
        self.node("Relu", name)
        self.layer(name, "Activation", self.shape)

    def pool(self, name):
        c, h, w = self.shape
        self.node("MaxPool", name, kernel_shape=[2, 2], strides=[2, 2])
        self.layer(name, "MaxPooling2D", (c, h // 2, w // 2))

    def head(self, weight, bias):
        channels, classes = self.shape[0], len(bias)
        self.node("GlobalAveragePool", "avg_pool")
        self.layer("avg_pool", "GlobalAveragePooling2D", (channels, 1, 1))
        self.node("Flatten", "avg_pool_flat", axis=1)
        self.weights += [_initializer("logits_weight", weight), _initializer("logits_bias", bias)]
        self.node("Gemm", "logits", ("logits_weight", "logits_bias"), transB=1)
        self.layer("logits", "Dense", (classes, 1, 1), weight.size + bias.size, rank=2)
        self.node("Softmax", "predictions", axis=1)
        self.layer("predictions", "Softmax", (classes, 1, 1), rank=2)


def build(net):
    """The ONNX model and its manifest's layer list."""
    b = _Builder()
    convolutions = {name: (w, bias) for name, w, bias in network.folded_convolutions(net)}
    for name, _ in net.features.named_children():
        if name in convolutions:
            b.conv(name, *convolutions[name])
        elif "relu" in name:
            b.relu(name)
        elif "pool" in name:
            b.pool(name)
    b.head(net.logits.weight.detach().numpy(), net.logits.bias.detach().numpy())
    graph = helper.make_graph(
        b.nodes, "demo",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])],
        [b.infos[-1]], b.weights, value_info=b.infos[:-1])
    model = helper.make_model(graph, producer_name="train.py", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model, b.layers


def write(net, classes, seed, model_path, manifest_path):
    model, layers = build(net)
    onnx.save(model, model_path)
    manifest = {
        "name": "demo",
        "title": "Demo CNN",
        "input": {
            "name": "input", "height": SIZE, "width": SIZE, "channels": 3,
            "preprocess": {"order": "rgb", "mean": network.MEAN, "std": network.STD, "fit": "crop"},
        },
        "layers": layers,
        "default_layers": DEFAULT_LAYERS,
        "output": "predictions",
        "classes": classes,
        "parameters": sum(l["parameters"] for l in layers),
        "provenance": {
            "source": "trained by internal/cnn/demo/train/train.py, seed %d" % seed,
            "license": "Apache-2.0",
        },
    }
    with open(manifest_path, "w", encoding="utf-8") as f:
        f.write(_layout(manifest))


def _layout(manifest):
    """Indented JSON with one layer per line."""
    rest = {k: v for k, v in manifest.items() if k != "layers"}
    text = json.dumps(rest, indent=2)
    lines = ",\n".join("    " + json.dumps(l) for l in manifest["layers"])
    return text.replace('  "default_layers"', '  "layers": [\n%s\n  ],\n  "default_layers"' % lines, 1) + "\n"
