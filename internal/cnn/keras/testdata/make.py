#!/usr/bin/env python3
"""Makes small weight files in all the forms that Keras has written, for the network of weights_test.go.

Needs h5py (Debian: python3-h5py). The arrays of a file count upwards from 0 through all its layers.
"""
import gzip
import pathlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).parent
LAYERS = {
    "input_1": {},
    "c1/conv": {"kernel:0": (3, 3, 3, 4), "bias:0": (4,)},
    "c1/bn": {"gamma:0": (4,), "beta:0": (4,), "moving_mean:0": (4,), "moving_variance:0": (4,)},
    "relu": {},
    "dw": {"depthwise_kernel:0": (3, 3, 4, 1)},
    "avg_pool": {},
    "fc": {"kernel:0": (4, 5), "bias:0": (5,)},
}
KERAS1 = {"kernel:0": "W_1:0", "bias:0": "b_1:0", "depthwise_kernel:0": "D_1:0", "moving_mean:0": "running_mean_1:0",
          "moving_variance:0": "running_std_1:0", "gamma:0": "gamma_1:0", "beta:0": "beta_1:0"}


def write(name, layers=LAYERS, rename=lambda layer: layer, part=lambda p: p, order=lambda names: names,
          inside=None, split=False, backend="tensorflow", **options):
    """Writes a file as Keras' save_weights does, with the deviations that the arguments ask for."""
    path = HERE / name
    count = 0
    with h5py.File(path, "w", libver="latest") as f:
        root = f.create_group(inside) if inside else f
        names = [rename(layer).encode() for layer in layers]
        if split:
            for i in range(0, len(names), 3):
                root.attrs[f"layer_names{i // 3}"] = np.array(names[i:i + 3])
        else:
            root.attrs["layer_names"] = np.array(names)
        if backend:
            root.attrs["backend"] = np.bytes_(backend)
            root.attrs["keras_version"] = np.bytes_("2.2.4")
        for layer, arrays in layers.items():
            g = root.create_group(rename(layer))
            paths = {p: f"{rename(layer)}/{part(p)}" for p in arrays}
            g.attrs["weight_names"] = np.array([paths[p].encode() for p in order(list(arrays))]) if arrays else []
            for p, shape in arrays.items():
                size = int(np.prod(shape))
                data = np.arange(count, count + size, dtype="<f4").reshape(shape)
                g.create_dataset(paths[p], data=data, **(options if p == "kernel:0" else {}))
                count += size
    return path


def change(**layers):
    return {**LAYERS, **{k.replace("_", "/", 1) if k.startswith("c1") else k: v for k, v in layers.items()}}


write("weights.h5")
write("model.h5", inside="model_weights")
write("renamed.h5", rename=lambda layer: "old_" + layer.replace("/", "."))
write("underscored.h5", rename=lambda layer: layer.replace("/", "_"))
write("keras1.h5", rename=lambda layer: "k1_" + layer.replace("/", "_"), part=KERAS1.get, backend=None)
write("reversed.h5", order=lambda names: names[::-1])
write("split.h5", split=True)
write("packed.h5", chunks=True, compression="gzip", shuffle=True)
write("notop.h5", layers={k: v for k, v in LAYERS.items() if k != "fc"})
write("theano.h5", backend="theano")
write("shape.h5", layers=change(dw={"depthwise_kernel:0": (5, 5, 4, 1)}))
write("biasless.h5", layers=change(c1_conv={"kernel:0": (3, 3, 3, 4)}))
write("classes.h5", layers=change(fc={"kernel:0": (4, 7), "bias:0": (7,)}))
write("deeper.h5", layers={**LAYERS, "fc2": {"kernel:0": (5, 5)}})
write("weightless.h5", layers={"input_1": {}, "relu": {}})

data = (HERE / "weights.h5").read_bytes()
(HERE / "weights.h5.gz").write_bytes(gzip.compress(data, mtime=0))

with h5py.File(HERE / "lost.h5", "w", libver="latest") as f, h5py.File(HERE / "weights.h5") as whole:
    whole.copy(whole["/"], f, "all")
    for key in list(f["all"]):
        f.move(f"all/{key}", key)
    for key, value in f["all"].attrs.items():
        f.attrs[key] = value
    del f["all"], f["dw/dw/depthwise_kernel:0"]
with h5py.File(HERE / "keras3.h5", "w", libver="latest") as f:
    f.create_dataset("layers/conv2d/vars/0", data=np.zeros((3, 3, 3, 4), "<f4"))
with h5py.File(HERE / "other.h5", "w", libver="latest") as f:
    f.create_dataset("table", data=np.zeros(3))
