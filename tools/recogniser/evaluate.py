"""Word error rate through whisper.cpp, on what was never trained: `evaluate.py WORK MODEL.bin --decode PROGRAM`."""

import argparse
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

import augment
from hear import samples
from synthesise import rows

CONDITIONS = ["wideband", "clean", "noise 20 dB", "noise 10 dB", "loss 5 %"]


def errors(wanted, heard):
    """Word edits between two texts."""
    a, b = wanted.split(), heard.split()
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def heard_as(samples, condition, rng):
    """An utterance at -26 dBFS with 300 ms of silence at both ends, as a call brings it: G.711 but for `wideband`."""
    audio = np.concatenate([np.zeros(4800), samples, np.zeros(4800)]).astype(np.float32)
    audio = torch.from_numpy(audio)[None, :len(audio) // 2 * 2] * 0.05
    if condition.startswith("noise"):
        below = float(condition.split()[1])
        audio = audio + 0.05 * 10 ** (-below / 20) * augment.colour(tuple(audio.shape), torch.tensor([1.0]), rng)
    if condition != "wideband":
        audio = augment.telephone(audio.clamp(-1, 1), rng, torch.tensor([False]))
    if condition.startswith("loss"):
        audio = augment.lose(audio, [0.05], rng)
    return audio[0].numpy().astype("<f4")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("model")
    p.add_argument("--decode", required=True, help="the program `decode` of `check`")
    p.add_argument("--audio-ctx", default="-1")
    p.add_argument("--count", type=int, default=300, help="utterances of each split")
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--show", type=int, default=0, help="print so many examples of each split")
    args = p.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(args.seed)
    speech = np.memmap(args.work / "speech.i16", np.int16, "r")
    with tempfile.TemporaryDirectory(dir=args.work) as folder:
        wanted = {}
        for split in ("patterns", "voices", "both"):
            for i, row in enumerate(rows(args.work, split)[:args.count]):
                said = samples(speech, row)[0]
                for condition in CONDITIONS:
                    path = f"{folder}/{len(wanted)}.f32"
                    heard_as(said, condition, rng).tofile(path)
                    wanted[path] = (split, row[0].split("+")[0] if row[0].startswith("espeak") else row[0], condition, row[3])
        for i in range(100):
            path = f"{folder}/{len(wanted)}.f32"
            sound = augment.nothing(int(rng.uniform(0.5, 5) * 16000), rng) * 10 ** (rng.uniform(-50, -20) / 20)
            augment.telephone(torch.from_numpy(sound.astype(np.float32))[None].clamp(-1, 1), rng)[0].numpy().astype("<f4").tofile(path)
            wanted[path] = ("nothing", "", "", "")
        out = subprocess.run([args.decode, args.model, args.audio_ctx], input="\n".join(wanted), capture_output=True, text=True, check=True)
    wrong, words, times, exact = defaultdict(int), defaultdict(int), [], defaultdict(list)
    false, shown = [], defaultdict(int)
    for line in out.stdout.splitlines():
        path, took, confidence, heard = line.split("\t")
        split, voice, condition, text = wanted[path]
        if split == "nothing":
            false.append((heard, confidence))
            continue
        times.append(float(took))
        n = errors(text, heard)
        for key in [(split, condition), (voice.replace("espeak", "espeak (all)").split(":en")[0] if "espeak" in voice else voice, condition)]:
            wrong[key] += n
            words[key] += len(text.split())
            exact[key].append(n == 0)
        if shown[split] < args.show and condition == "clean":
            shown[split] += 1
            print(f"{split:9}{voice:32}{text}  ->  {heard}  ({confidence})")
    print(f"{'word error rate, %':34}" + "".join(f"{c:>13}" for c in CONDITIONS))
    for name in sorted({k for k, _ in words}, key=lambda k: (k not in ("patterns", "voices", "both"), k)):
        print(f"{name:34}" + "".join(f"{100 * wrong[name, c] / max(1, words[name, c]):13.1f}" for c in CONDITIONS))
    for name in ("patterns", "voices", "both"):
        print(f"{name + ', sentences right':34}" + "".join(f"{100 * np.mean(exact[name, c]):13.1f}" for c in CONDITIONS))
    spoke = [f for f in false if f[0]]
    print(f"nothing: {len(spoke)} of {len(false)} gave words, {sum(len(f[0].split()) for f in spoke)} words: {spoke[:8]}")
    print(f"decoding: median {np.median(times):.0f} ms, 95 % {np.percentile(times, 95):.0f} ms, one thread")


if __name__ == "__main__":
    main()
