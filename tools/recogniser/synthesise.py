"""Speaks the grammar with every voice at hand: `synthesise.py WORK [--train N] [--seed S]`.

Writes WORK/speech.i16 (mono, 16 kHz, one utterance after another) and WORK/speech.tsv (split, voice, first sample,
samples, text). Splits: `train`; `voices` (trained patterns, voices never trained); `patterns` (trained voices, patterns
never trained); `both` (neither trained).
"""

import argparse
import random
import subprocess
import sys
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

import grammar

ACCENTS = "en en-us en-us en-gb-x-rp en-gb-scotland en-gb-x-gbclan en-029 en-us-nyc en-gb-x-gbcwmd".split()
VARIANTS = ("Alex Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Michael Mike Mr Nguyen adam "
            "anika antonio aunty belinda benjamin boris caleb david ed edward f1 f2 f3 f4 grandma grandpa iven john "
            "kaukovalta klatt klatt2 klatt4 linda m1 m2 m3 m4 m5 m7 marcelo max michel miguel norbert pablo paul pedro "
            "quincy rob robert sandro shelby steph steph2 travis victor zac").split()
HELD_VARIANTS = "f5 m6 m8 Tweaky edward2 steph3 klatt3 gustave".split()
# (share, name); what a name means is in `speak`.
TRAINED = [(0.40, "espeak"), (0.15, "pico:en-GB"), (0.13, "pico:en-US"), (0.10, "flite:slt"), (0.09, "flite:awb"),
           (0.03, "flite:kal16"), (0.06, "festival:cmu_us_slt_arctic_hts"), (0.04, "festival:kal_diphone")]
HELD = [(0.34, "flite:rms"), (0.33, "festival:ked_diphone"), (0.33, "espeak-held")]


def plan(count, train, seed, only, mixed):
    """(split, voice, speed, pitch, text) of every utterance; in training by voices that begin with `only`."""
    r = random.Random(seed)
    jobs = []
    for split, n in [("train", train), ("voices", count), ("patterns", count), ("both", count)]:
        voices = HELD if split in ("voices", "both") else [v for v in TRAINED if v[1].startswith(only)]
        templates = grammar.HELD_OUT if split in ("patterns", "both") else grammar.TRAINED
        for _ in range(n):
            voice = r.choices([v for _, v in voices], [w for w, _ in voices])[0]
            if voice.startswith("espeak"):
                voice = f"espeak:{r.choice(ACCENTS)}+{r.choice(HELD_VARIANTS if voice == 'espeak-held' else VARIANTS)}"
            speed, pitch = r.uniform(0.8, 1.25), r.uniform(0.8, 1.25)
            text = grammar.mixed(r) if split == "train" and r.random() < mixed else grammar.sentence(r, templates)
            jobs.append((split, voice, speed, pitch, text))
    return jobs


def read_wav(path):
    """A WAV file's samples at 16 kHz."""
    try:
        with wave.open(str(path)) as f:
            rate, samples = f.getframerate(), np.frombuffer(f.readframes(f.getnframes()), np.int16)
    except (OSError, wave.Error, EOFError):
        return np.zeros(0, np.int16)
    if rate == 16000 or not len(samples):
        return samples
    out = resample_poly(samples.astype(np.float32), 320, rate // 50)
    return np.clip(out, -32768, 32767).astype(np.int16)


def one(job, out):
    """espeak-ng and flite: one process an utterance."""
    _, voice, speed, pitch, text = job
    engine, name = voice.split(":", 1)
    text = grammar.spoken(text)
    if engine == "espeak":
        gap = "0" if speed > 0.9 else "2"
        command = ["espeak-ng", "-v", name, "-s", str(int(165 * speed)), "-p", str(int(50 * pitch)), "-g", gap, "-w", out, text]
    else:
        command = ["flite", "-voice", name, "--setf", f"duration_stretch={1 / speed:.2f}", "-t", text, "-o", out]
        if name != "awb":
            command[3:3] = ["--setf", f"int_f0_target_mean={(165 if name == 'slt' else 105) * pitch:.0f}"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    samples = read_wav(out)
    Path(out).unlink(missing_ok=True)
    return samples


def festival(jobs, folder):
    """One process a voice."""
    for voice in sorted({j[1] for _, j in jobs}):
        lines = [f"(voice_{voice.split(':')[1]})"]
        for i, job in jobs:
            if job[1] == voice:
                stretch = f"(Parameter.set 'Duration_Stretch {1 / job[2]:.2f})"
                speech = f'(utt.save.wave (utt.synth (Utterance Text "{grammar.spoken(job[4])}")) "{folder}/{i}.wav" \'riff)'
                lines += [stretch, speech]
        subprocess.run(["festival", "--pipe"], input="\n".join(lines), text=True, check=False, stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
    return {i: read_wav(f"{folder}/{i}.wav") for i, _ in jobs}


def pico(jobs, folder, speaker, voices):
    """One process for all."""
    lines = [f"{folder}/{i}.raw\t{j[1].split(':')[1]}\t{int(100 * j[2])}\t{int(100 * j[3])}\t{grammar.spoken(j[4])}" for i, j in jobs]
    subprocess.run([speaker, voices], input="\n".join(lines), text=True, check=True)
    return {i: np.fromfile(f"{folder}/{i}.raw", np.int16) for i, _ in jobs}


def trimmed(samples):
    """Without the silence at both ends, but for 30 ms; and how much went before."""
    loud = np.flatnonzero(np.abs(samples) > max(60, 0.01 * np.abs(samples).max(initial=0)))
    begin = max(0, int(loud[0]) - 480) if len(loud) else 0
    return (samples[begin:loud[-1] + 480] if len(loud) else samples[:0]), begin


def rows(work, split, name="speech"):
    """(voice, first sample, samples, text) of a split."""
    out = []
    for line in open(work / f"{name}.tsv"):
        kind, voice, at, length, text = line.rstrip("\n").split("\t")
        if kind == split:
            out.append((voice, int(at), int(length), text))
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("--train", type=int, default=16000)
    p.add_argument("--held", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--name", default="speech", help="of the files that are written")
    p.add_argument("--only", default="", help="how the trained voices begin that are used")
    p.add_argument("--mixed", type=float, default=0.0, help="share of the training that is pieces of sentences")
    p.add_argument("--speak", required=True, help="the program `speak` of `check`")
    p.add_argument("--pico-voices", required=True, help="the folder of Pico's .bin files")
    args = p.parse_args()
    jobs = list(enumerate(plan(args.held, args.train, args.seed, args.only, args.mixed)))
    args.work.mkdir(parents=True, exist_ok=True)
    of = lambda engine: [(i, j) for i, j in jobs if j[1].startswith(engine)]
    with tempfile.TemporaryDirectory(dir=args.work) as folder, ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(festival, of("festival"), folder), pool.submit(pico, of("pico"), folder, args.speak, args.pico_voices)]
        done = {}
        fast = {i: pool.submit(one, j, f"{folder}/{i}.wav") for i, j in of("espeak") + of("flite")}
        for i, future in fast.items():
            done[i] = future.result()
        for future in slow:
            done |= future.result()
        at, empty = 0, 0
        with open(args.work / f"{args.name}.i16", "wb") as audio, open(args.work / f"{args.name}.tsv", "w") as table:
            for i, (split, voice, _, _, text) in jobs:
                samples, _ = trimmed(done[i])
                if not 0.1 < len(samples) / 16000 < 9.6:
                    empty += 1
                    continue
                audio.write(samples.tobytes())
                table.write(f"{split}\t{voice}\t{at}\t{len(samples)}\t{text}\n")
                at += len(samples)
    print(f"{len(jobs) - empty} utterances, {at / 16000 / 3600:.1f} h, {empty} left out", file=sys.stderr)


if __name__ == "__main__":
    main()
