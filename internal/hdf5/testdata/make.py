#!/usr/bin/env python3
"""Makes the HDF5 files that the tests of this package read. Needs h5py (Debian: python3-h5py).

Array elements count upwards from 0 in row-major order unless said otherwise, so the tests need no second copy of them.
"""
import ctypes
import pathlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).parent
LIBRARY = "libhdf5_serial.so.103"  # the one h5py has loaded
VERSIONS = {"earliest": "earliest", "v108": ("v108", "v108"), "latest": "latest"}  # superblocks 0, 2 and 3


def counting(shape, dtype="<f4"):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def keras_like(f):
    """Names, attributes and nesting as Keras writes weights."""
    layers = ["input_1", "conv1/conv", "conv1/bn", "relu", "fc"] + [f"block{i}" for i in range(20)]
    f.attrs["layer_names"] = np.array([n.encode() for n in layers])
    f.attrs["backend"] = np.bytes_("tensorflow")
    f.attrs["keras_version"] = "2.1.4"  # of variable length
    for name in layers:
        g = f.create_group(name)
        g.attrs["weight_names"] = []  # an empty array of floats
    for name, part, shape in [
        ("conv1/conv", "kernel:0", (3, 3, 2, 4)),
        ("conv1/bn", "gamma:0", (4,)),
        ("fc", "kernel:0", (8, 5)),
    ]:
        g = f[name]
        g.attrs["weight_names"] = np.array([f"{name}/{part}".encode()])
        g.create_dataset(f"{name}/{part}", data=counting(shape))


def types(f):
    for dtype in ["<f2", "<f4", "<f8", ">f4", "<i4", ">i2", "|u1", "<i8"]:
        f["type_" + dtype[1:] + ("_big" if dtype[0] == ">" else "")] = counting((2, 3), dtype)
    f["negative"] = np.array([-1.5, 0.0, 65504.0, np.inf, 6e-8], "<f2")
    f["minus"] = np.array([-3, 7], "<i2")
    f["scalar"] = np.float32(42)
    f["empty"] = np.zeros((0, 3), "<f4")
    f["text"] = np.bytes_("words")
    f["compound"] = np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    f.attrs.create("vlen", ["one", "", "three ü"], dtype=h5py.string_dtype())
    f.attrs["number"] = 7
    space = h5py.h5t.C_S1.copy()
    space.set_size(6)
    space.set_strpad(h5py.h5t.STR_SPACEPAD)
    a = h5py.h5a.create(f.id, b"spaced", space, h5py.h5s.create_simple((2,)))
    a.write(np.array([b"ab    ", b"cd ef "]), mtype=space)


def many(f):
    """So many links and attributes that they move out of the object header."""
    f["one"] = counting((3,))
    g = f.create_group("many")
    for i in range(500):
        g[f"a link with a fairly long name, number {i}"] = f["one"]
    for i in range(60):
        g.attrs[f"attribute {i}"] = np.bytes_(f"value {i}")
    f["soft"] = h5py.SoftLink("/one")
    f["external"] = h5py.ExternalLink("other.h5", "/one")


def chunked(f):
    shape = (7, 10, 3)
    f.create_dataset("plain", data=counting(shape), chunks=(4, 4, 2))
    f.create_dataset("gzip", data=counting(shape), chunks=(4, 4, 2), compression="gzip")
    f.create_dataset("all", data=counting(shape), chunks=(3, 10, 3), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("shuffle", data=counting(shape, "<f8"), chunks=(7, 5, 3), shuffle=True)
    f.create_dataset("single", data=counting(shape), chunks=shape)
    f.create_dataset("single_gzip", data=counting(shape), chunks=shape, compression="gzip")
    if f.libver[0] == "v110":  # as old files these chunks take much room
        f.create_dataset("pages", data=counting((2500,)), chunks=(1,))
    f.create_dataset("deep", data=counting((200,)), chunks=(1,))
    f.create_dataset("zeros", data=np.zeros(100000, "<f4"), chunks=(50000,), compression="gzip")
    f.create_dataset("growing", data=counting((9,)), chunks=(4,), maxshape=(None,))
    f.create_dataset("growing2", data=counting((9, 9)), chunks=(4, 4), maxshape=(None, None))
    f.create_dataset("lzf", data=counting((50,)), chunks=(50,), compression="lzf")
    f.create_dataset("unwritten", shape=(8,), dtype="<f4", chunks=(4,))
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((4, 4, 2))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    d = h5py.h5d.create(f.id, b"implicit", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(shape), early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, counting(shape))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((5,)), compact)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, counting((5,)))


def odd_superblocks():
    """Superblock 1 comes with an unusual rank of B-trees; a user block precedes the superblock."""
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    library = ctypes.CDLL(LIBRARY)  # h5py does not wrap these two
    assert library.H5Pset_istore_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(2)) >= 0
    assert library.H5Pset_sym_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(2), ctypes.c_uint(1)) >= 0
    fid = h5py.h5f.create(str(HERE / "small-nodes.h5").encode(), h5py.h5f.ACC_TRUNC, fcpl=fcpl)
    with h5py.File(fid) as f:
        g = f.create_group("many")
        g["one"] = counting((3,))
        for i in range(100):
            g[f"link {i}"] = g["one"]
        f.create_dataset("chunks", data=counting((5, 41)), chunks=(2, 3))
    with h5py.File(HERE / "userblock.h5", "w", userblock_size=1024) as f:
        f["one"] = counting((3,))


def main():
    for content in [keras_like, types, many, chunked]:
        for name, libver in VERSIONS.items():
            if name == "v108" and content is not keras_like:
                continue
            path = HERE / f"{content.__name__.replace('_', '-')}-{name}.h5"
            with h5py.File(path, "w", libver=libver) as f:
                content(f)
    odd_superblocks()


main()
