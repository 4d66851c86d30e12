"""Writes a checkpoint as a whisper.cpp model: `export.py CHECKPOINT OUT.bin[.gz]`."""

import argparse
import gzip
import struct

import numpy as np
import torch

import model as m

MAGIC = 0x67676D6C


def blocks(state, prefix, count, cross):
    """Tensors of `count` blocks by whisper.cpp's names."""
    parts = ["attn_ln", "attn.query", "attn.key", "attn.value", "attn.out", "mlp_ln", "mlp.0", "mlp.2"]
    parts += ["cross_" + p for p in parts[:5]] if cross else []
    out = {}
    for i in range(count):
        for part in parts:
            for kind in ("weight", "bias"):
                tensor = state.get(f"{prefix}.{i}.{part}.{kind}")
                if tensor is not None:
                    out[f"{prefix}.blocks.{i}.{part}.{kind}"] = tensor
    return out


def tensors(net):
    """Every tensor of the file, those of 16 bits first found by their number of dimensions."""
    s = net.state_dict()
    embedding = s["unused"].repeat(m.N_VOCAB, 1)
    embedding[m.IDS] = s["tokens"]
    return {
        "encoder.positional_embedding": s["positions"],
        "encoder.conv1.weight": s["conv1.weight"], "encoder.conv1.bias": s["conv1.bias"][:, None],
        "encoder.conv2.weight": s["conv2.weight"], "encoder.conv2.bias": s["conv2.bias"][:, None],
        "encoder.ln_post.weight": s["ln_post.weight"], "encoder.ln_post.bias": s["ln_post.bias"],
        **blocks(s, "encoder", len(net.encoder), False),
        "decoder.positional_embedding": s["text_positions"],
        "decoder.token_embedding.weight": embedding,
        "decoder.ln.weight": s["ln.weight"], "decoder.ln.bias": s["ln.bias"],
        **blocks(s, "decoder", len(net.decoder), True),
    }


def written(net):
    """The bytes of the model file."""
    out = [struct.pack("<I11i", MAGIC, m.N_VOCAB, m.AUDIO_CTX, net.width, net.heads, len(net.encoder), m.TEXT_CTX, net.width,
                       net.heads, len(net.decoder), m.N_MELS, 1)]
    out += [struct.pack("<2i", *m.FILTERS.shape), m.FILTERS.numpy().astype("<f4").tobytes()]
    # whisper.cpp names the ids that are left out itself; "[_extra_token_N]" is never printed, for no such id is ever likely.
    out.append(struct.pack("<i", len(m.TEXTS)))
    for text in m.TEXTS:
        out += [struct.pack("<i", len(text.encode())), text.encode()]
    for name, tensor in tensors(net).items():
        half = tensor.ndim > 1 and "positional" not in name and "bias" not in name
        data = tensor.detach().numpy().astype("<f2" if half else "<f4")
        out.append(struct.pack("<3i", data.ndim, len(name), int(half)))
        out.append(struct.pack(f"<{data.ndim}i", *reversed(data.shape)))
        out += [name.encode(), np.ascontiguousarray(data).tobytes()]
    return b"".join(out)


def load(path):
    """The averaged model of a checkpoint."""
    saved = torch.load(path, weights_only=True)
    net = m.Recogniser(**saved["shape"])
    net.load_state_dict(saved["model"])
    return net.eval()


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("checkpoint")
    p.add_argument("out")
    args = p.parse_args()
    data = written(load(args.checkpoint))
    packed = gzip.compress(data, 9, mtime=0) if args.out.endswith(".gz") else data
    with open(args.out, "wb") as file:
        file.write(packed)
    print(f"{len(data)} bytes, {len(packed)} written")
