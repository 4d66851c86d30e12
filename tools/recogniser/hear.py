"""What is heard of the speech over a telephone: `hear.py WORK NAME... [--seed S]`.

Every utterance of WORK/NAME.i16 once, as a log-mel spectrum of a call: at some other speed, with silence before and after,
another one joined, noise, a line (`augment.py`). Writes WORK/heard-NAME-SEED.u8, of each 10 ms the 80 bands as 1/255 of the 80 dB
below the loudest, and .json: (frames, loudest, (row, first frame, speed) of its utterances) of each.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

import augment
import model as m
from synthesise import rows


def samples(speech, row, rng=None):
    """Speech with an RMS of 1 where it sounds; with `rng` at some other speed. And that speed."""
    _, at, length, _ = row
    s, factor = speech[at:at + length].astype(np.float32), 1.0
    if rng and rng.random() < 0.7:
        factor = rng.uniform(0.87, 1.15)
        s = augment.stretched(s, factor)
    loud = s[np.abs(s) > 0.05 * np.abs(s).max()]
    return s / max(1.0, float(np.sqrt(np.mean(loud ** 2)))), factor


def example(speech, table, first, rng, nothing):
    """Samples, and of each utterance in them its row, first frame of 10 ms and speed."""
    if rng.random() < nothing:
        s = augment.nothing(int(rng.uniform(0.4, 5) * 16000), rng) * 10 ** rng.uniform(-1.5, 0)
        return s.astype(np.float32), []
    out, parts, at = [np.zeros(160 * int(min(rng.exponential(20), 100)), np.float32)], [], 0
    which, more = first, rng.random() < 0.25 and table[first][2] < 48000
    while which is not None:
        s, factor = samples(speech, table[which], rng)
        parts.append((int(which), sum(map(len, out)) // 160, round(factor, 4)))
        which, more = (int(rng.integers(len(table))) if more else None), False
        pause = rng.uniform(5, 100) if which is not None else min(rng.exponential(31), 150)
        out.append(np.concatenate([s, np.zeros(-len(s) % 160 + 160 * int(pause), np.float32)]))
    return np.concatenate(out)[:int(10.2 * 16000)], parts


def heard(group, rng, hard, loudest):
    """The spectra of a batch of examples: bytes [frames, 80], and the loudest of each."""
    lengths = torch.tensor([len(s) for s, _ in group])
    audio = torch.zeros(len(group), -(-int(lengths.max()) // 3200) * 3200)
    for row, (s, _) in zip(audio, group):
        row[:len(s)] = torch.from_numpy(s)
    others = 0.7 * (audio.roll(1, 0) + audio.roll(2, 0).roll(4000, 1))
    audio = augment.line(audio, lengths, rng, others, hard, loudest)
    for row, mel in zip(lengths.tolist(), m.log_mel(audio, lengths, audio.shape[1] // 160) * 4 - 4):
        top = mel.max()
        yield ((mel[:, :row // 160] - top + 8) / 8 * 255).round().to(torch.uint8).T.contiguous().numpy(), float(top)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("names", nargs="+", metavar="NAME")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--hard", type=float, default=0.6, help="share with noise, colour and loss")
    p.add_argument("--loudest", type=float, default=5, help="how far the loudest noise is below the speech, in dB")
    p.add_argument("--nothing", type=float, default=0.06, help="share without speech")
    args = p.parse_args()
    torch.set_num_threads(1)
    for name in args.names:
        begin, rng = time.time(), np.random.default_rng(args.seed)
        speech, table, index = np.memmap(args.work / f"{name}.i16", np.int16, "r"), rows(args.work, "train", name), []
        with open(args.work / f"heard-{name}-{args.seed}.u8", "wb") as file:
            for some in np.array_split(rng.permutation(len(table)), max(1, len(table) // 320)):
                pool = sorted((example(speech, table, i, rng, args.nothing) for i in some), key=lambda e: len(e[0]))
                for group in np.array_split(np.arange(len(pool)), max(1, len(pool) // 16)):
                    for i, (mel, top) in zip(group, heard([pool[i] for i in group], rng, args.hard, args.loudest)):
                        file.write(mel.tobytes())
                        index.append((len(mel), round(top, 3), pool[i][1]))
        path = args.work / f"heard-{name}-{args.seed}.json"
        path.with_suffix(".new").write_text(json.dumps(index))
        path.with_suffix(".new").rename(path)  # A training that is under way takes it up when it is whole.
        print(f"{name} {args.seed}: {sum(i[0] for i in index) / 360000:.1f} h in {time.time() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
