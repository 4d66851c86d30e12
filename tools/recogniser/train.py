"""Trains the recogniser: `train.py WORK --minutes M [--seed S] [--from CHECKPOINT]`.

Reads WORK/speech.i16 and speech.tsv, writes WORK/NAME.pt every two minutes: it can be exported at any time. The learning
rate follows the clock, so that the training ends well when its time is over.
"""

import argparse
import copy
import json
import math
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import augment
import model as m
from muon import Muon

PLAIN, ALIGNED = ("speech", "pico"), ("aligned", "aligned2")


def rows(work, split, name="speech"):
    """(voice, first sample, samples, text) of a split."""
    out = []
    for line in open(work / f"{name}.tsv"):
        kind, voice, at, length, text = line.rstrip("\n").split("\t")
        if kind == split:
            out.append((voice, int(at), int(length), text))
    return out


def phones(work):
    """The sounds of each word as ids from 1, by espeak-ng, for the loss on the encoder."""
    path = work / "phones.json"
    if not path.exists():
        import grammar
        table = {}
        for word in m.WORDS:
            text = grammar.spoken(word)
            said = subprocess.run(["espeak-ng", "-q", "-v", "en-us", "--ipa", "--sep=_", text], capture_output=True, text=True, check=True)
            table[word] = [p for p in said.stdout.replace("ˈ", "").replace("ˌ", "").replace(" ", "_").strip().split("_") if p.strip()]
        path.write_text(json.dumps(table, ensure_ascii=False))
    table = json.loads(path.read_text())
    ids = {p: i + 1 for i, p in enumerate(sorted({p for ps in table.values() for p in ps}))}
    return {w: [ids[p] for p in ps] for w, ps in table.items()}, len(ids)


def aligned(work):
    """Of each aligned row the ids of its sounds, from 1, and their first samples; and the number of ids."""
    files = [json.loads((work / f"{name}.json").read_text()) for name in ALIGNED]
    ids = {s: i + 1 for i, s in enumerate(sorted({s for line in files[0] for s, _ in line} - {"", "_", "_:", ";"}))}
    lines = [line for file in files for line in file]
    return [(np.array([ids.get(s, 0) for s, _ in line]), np.array([at for _, at in line])) for line in lines], len(ids) + 1


class Batches(torch.utils.data.IterableDataset):
    """Batches for ever: log-mel spectra, texts, and the sound of each frame of 20 ms (-100 where nobody knows)."""

    def __init__(self, work, frames, long_share, seed, ease=0, short=0, hard=1.0, done=0):
        self.work, self.frames, self.long_share, self.seed = work, frames, long_share, seed
        self.ease, self.short, self.hard, self.done = ease, short, hard, done

    def __iter__(self):
        torch.set_num_threads(1)
        rng = np.random.default_rng(self.seed)
        table = [(speech, row) for speech, found in (self.source(name) for name in PLAIN) for row in found]
        times = aligned(self.work)[0]
        known_table = [(speech, row) for speech, found in (self.source(name) for name in ALIGNED) for row in found]
        few = lambda table: [i for i, row in enumerate(table) if len(row[1][3].split()) <= 4]
        short, known_short = few(table), few(known_table)

        def read():
            """Any utterance, at first a short one: samples, text, the sound of each sample at steps of 160, or None."""
            easy = given < self.short
            if rng.random() > 0.25 + 0.55 * max(0.0, 1 - (self.done + given) / 800):
                speech, row = table[rng.choice(short) if easy else rng.integers(len(table))]
                return self.samples(speech, row, rng)[0], row[3], None
            i = rng.choice(known_short) if easy else rng.integers(len(known_table))
            speech, row = known_table[i]
            s, factor = self.samples(speech, row, rng)
            sounds, begins = times[i]
            at = np.searchsorted(begins, np.arange(0, len(s), 160) * factor, "right") - 1
            return s, row[3], np.where(at < 0, 0, sounds[at])

        given = 0
        while True:
            pool = []
            for _ in range(240):
                pool.append(self.example(read, rng, 0.0 if given < self.short else 0.2))
            pool.sort(key=lambda e: len(e[0]))
            groups, group, longest = [], [], 0
            for example in pool:
                longest = max(longest, len(example[0]) // 320 + 1)
                if group and (len(group) + 1) * longest > self.frames:
                    groups.append(group)
                    group, longest = [], len(example[0]) // 320 + 1
                group.append(example)
            groups.append(group)
            for i in rng.permutation(len(groups)):
                yield self.batch(groups[i], rng, min(self.hard, 0.15 + given / max(1, self.ease)))
                given += 1

    def source(self, name):
        return np.memmap(self.work / f"{name}.i16", np.int16, "r"), rows(self.work, "train", name)

    @staticmethod
    def samples(speech, row, rng=None):
        """Speech with an RMS of 1 where it sounds; with `rng` at some other speed. And that speed."""
        _, at, length, _ = row
        s, factor = speech[at:at + length].astype(np.float32), 1.0
        if rng and rng.random() < 0.7:
            factor = rng.uniform(0.88, 1.14)
            s = augment.stretched(s, factor)
        loud = s[np.abs(s) > 0.05 * np.abs(s).max()]
        return s / max(1.0, float(np.sqrt(np.mean(loud ** 2)))), factor

    @staticmethod
    def example(read, rng, joined):
        """Samples, text, the sound at steps of 160 samples."""
        if rng.random() < 0.06:
            length = int(rng.uniform(0.4, 5) * 16000)
            s = (augment.nothing(length, rng) * 10 ** rng.uniform(-1.5, 0)).astype(np.float32)
            return s, "", np.zeros(length // 160 + 1, int)
        parts = [read()]
        if rng.random() < joined and len(parts[0][0]) < 48000:
            parts.append(read())
        samples, texts, sounds = [np.zeros(160 * int(min(rng.exponential(20), 100)), np.float32)], [], []
        sounds.append(np.zeros(len(samples[0]) // 160, int))
        for i, (s, text, known) in enumerate(parts):
            pause = rng.uniform(5, 100) if i + 1 < len(parts) else min(rng.exponential(31), 150)
            known = np.full(-(-len(s) // 160), -100) if known is None else known
            s = np.concatenate([s, np.zeros(-len(s) % 160 + 160 * int(pause), np.float32)])
            marks = np.pad(known, (0, len(s) // 160 - len(known)))
            samples.append(s)
            texts.append(text)
            sounds.append(marks)
        return np.concatenate(samples)[:int(10.2 * 16000)], " ".join(texts), np.concatenate(sounds)

    def batch(self, group, rng, hard):
        lengths = torch.tensor([len(e[0]) for e in group])
        longest = -(-int(lengths.max()) // 3200) * 3200
        audio = torch.zeros(len(group), longest)
        for row, (s, _, _) in zip(audio, group):
            row[:len(s)] = torch.from_numpy(s)
        others = 0.7 * (audio.roll(1, 0) + audio.roll(2, 0).roll(4000, 1))
        audio = augment.line(audio, lengths, rng, others, hard)
        need, frames = longest // 320, longest // 320 + int(rng.choice([0, 8, 16, 32, 64, 96, 128], p=[0.25, 0.2, 0.2, 0.15, 0.1, 0.05, 0.05]))
        if rng.random() < self.long_share:
            frames = 512 if rng.random() < 0.4 else 256
        frames = min(512, max(need, frames))
        mel = m.log_mel(audio, lengths, 2 * frames)
        for row in mel:  # SpecAugment, lightly.
            if rng.random() < 0.5:
                f, w = rng.integers(0, 70), rng.integers(1, 14)
                row[f:f + w] = row.mean()
            if rng.random() < 0.4:
                t, w = rng.integers(0, max(1, 2 * need - 12)), rng.integers(1, 12)
                row[:, t:t + w] = row.mean()
        sounds = torch.zeros((len(group), frames), dtype=torch.long)  # Silence where nothing is any more.
        for row, (_, _, marks) in zip(sounds, group):
            marks = torch.from_numpy(marks[1:2 * frames:2])
            row[:len(marks)] = marks
        return mel, [text for _, text, _ in group], sounds


def targets(texts, sounds):
    """Decoder input and output, padded with -100, and the phones for CTC."""
    rows_ = [[m.WORD_ID[w] for w in t.split()][:m.TEXT_CTX // 2 - 6] for t in texts]
    n = max(len(r) for r in rows_) + 2
    given, wanted = torch.full((len(texts), n), m.C_EOT), torch.full((len(texts), n), -100)
    for i, r in enumerate(rows_):
        given[i, :len(r) + 2] = torch.tensor([m.C_SOT, m.C_NOT] + r)
        wanted[i, 1:len(r) + 2] = torch.tensor(r + [m.C_EOT])
    heard = [[p for w in t.split() for p in sounds[w]] for t in texts]
    return given, wanted, torch.tensor([p for h in heard for p in h], dtype=torch.long), torch.tensor([len(h) for h in heard])


def astray(net, texts, marks):
    """How much of the decoder's attention lies far from where a word should roughly be: its words spread over the speech.

    Half of the heads are judged. Without this so small a decoder guesses from the words before for a long time."""
    width = max(len(t.split()) for t in texts)
    if not width:
        return torch.zeros(())
    at, far = torch.arange(marks.shape[1]).float(), torch.zeros(len(texts), width, marks.shape[1])
    for row, text, mark in zip(far, texts, marks):
        where, words = torch.nonzero(mark != 0)[:, 0], text.split()
        if not words or not len(where):
            continue
        sizes = np.cumsum([len(w) + 1 for w in words])
        middle = (np.concatenate([[0], sizes[:-1]]) + sizes) / 2 / sizes[-1]
        centre = where[torch.tensor(middle * len(where), dtype=torch.long).clamp(max=len(where) - 1)].float()
        row[:len(words)] = 1 - torch.exp(-((at[None] - centre[:, None]) / max(6.0, 0.11 * len(where))).square() / 2)
    count = sum(len(t.split()) for t in texts)
    heads = [block.cross_attn.last[:, :2, 1:1 + width].float() for block in net.decoder]
    return sum((h * far[:, None]).sum() for h in heads) / (2 * len(heads) * count)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("--minutes", type=float, required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--name", default="recogniser")
    p.add_argument("--resume", help="a checkpoint to go on from")
    p.add_argument("--width", type=int, default=128)
    p.add_argument("--audio-layers", type=int, default=4)
    p.add_argument("--rate", type=float, default=2e-3, help="of AdamW; ten times that for Muon")
    p.add_argument("--frames", type=int, default=2400, help="encoder frames a batch")
    p.add_argument("--long", type=float, default=0.03, help="share of batches padded to 256 or 512 frames")
    p.add_argument("--ctc", type=float, default=0.4)
    p.add_argument("--wrong", type=float, default=0.12, help="share of the words given to the decoder that are replaced")
    p.add_argument("--guided", type=int, default=900, help="steps with a loss on where the decoder looks")
    p.add_argument("--short", type=int, default=250, help="steps with utterances of four words at most")
    p.add_argument("--hard", type=float, default=0.55, help="share of utterances with noise, colour and loss")
    p.add_argument("--ease", type=int, default=800, help="steps until all is as noisy as it gets")
    args = p.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    phone_ids, count = phones(args.work)
    shape = {"width": args.width, "audio_layers": args.audio_layers, "phones": count, "sounds": aligned(args.work)[1]}
    net = m.Recogniser(**shape)
    steps, seen = 0, 0
    if args.resume:
        saved = torch.load(args.resume, weights_only=True)
        net.load_state_dict(saved["last"])
        steps, seen = saved["steps"], saved["seen"]
    average = copy.deepcopy(net)
    inner = [w for k, w in net.named_parameters() if w.ndim == 2 and k.startswith(("encoder", "decoder"))]
    muon, known = Muon(inner), {id(w) for w in inner}
    matrices = [w for w in net.parameters() if w.ndim > 1 and id(w) not in known]
    others = [w for w in net.parameters() if w.ndim <= 1]
    adam = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0}], lr=1e-4, betas=(0.9, 0.98))
    if args.resume and "adam" in saved:
        adam.load_state_dict(saved["adam"])
    data = torch.utils.data.DataLoader(Batches(args.work, args.frames, args.long, args.seed + steps, args.ease, args.short, args.hard, steps), batch_size=None, num_workers=1,
                                       prefetch_factor=8)
    (args.work / "train.pid").write_text(str(os.getpid()))
    begin, spent, first, saved_at, sums = time.time(), 0.0, steps, 0.0, np.zeros(5)
    last = begin
    for mel, texts, marks in data:
        now = time.time()
        spent += min(now - last, 20)  # Time stopped by a signal does not count.
        last = now
        done = spent / 60 / args.minutes
        if done >= 1:
            break
        rate = args.rate * min(1, (steps - first + 1) / (50 if args.resume else 120)) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in adam.param_groups:
            group["lr"] = rate
        given, wanted, heard, heard_lengths = targets(texts, phone_ids)
        # Some words are wrong, so that it has to listen.
        wrong = (torch.rand(given.shape) < args.wrong) & (given < m.C_EOT)
        given = torch.where(wrong, torch.randint(m.FIRST_WORD, m.C_EOT, given.shape), given)
        with torch.autocast("cpu", torch.bfloat16):
            memory = net.encode(mel, 0.03)
            logits = net.decode(given, memory, 0.05).float()
            sound = net.phones(memory).float()
        words = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), label_smoothing=0.05, ignore_index=-100)
        ctc = F.ctc_loss(sound.log_softmax(-1).transpose(0, 1), heard, torch.full((len(texts),), memory.shape[1]), heard_lengths, reduction="sum",
                         zero_infinity=True)
        ctc = ctc / max(1, int(heard_lengths.sum()))
        # First it is told the sounds, then it has to find them itself.
        frame = F.cross_entropy(net.sounds(memory.float()).flatten(0, 1), marks.flatten(), ignore_index=-100)
        told = 1.0 if steps < 700 else max(0.3, 1 - (steps - 700) / 800)
        loss = words + args.ctc * min(1, max(0, steps - 250) / 300) * ctc + told * torch.nan_to_num(frame)
        lost = astray(net, texts, marks) if steps < args.guided else torch.zeros(())
        loss = loss + 3 * lost
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        muon.step(10 * rate)
        steps, seen = steps + 1, seen + len(texts)
        keep = min(0.995, (steps - first) / (steps - first + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
        hits = (logits.argmax(-1) == wanted)[wanted >= 0].float().mean()
        sums += np.array([words.item(), ctc.item(), hits.item(), frame.item(), lost.item()])
        if steps % 50 == 0:
            w, c, h, f, a = sums / 50
            print(f"step {steps} seen {seen} min {spent / 60:.1f} rate {rate:.5f} words {w:.3f} ctc {c:.3f} right {h:.3f} sounds {f:.3f} astray {a:.3f}", flush=True)
            sums[:] = 0
        if spent - saved_at > 120:
            saved_at = spent
            store(args, shape, net, average, adam, steps, seen)
    store(args, shape, net, average, adam, steps, seen)


def store(args, shape, net, average, adam, steps, seen):
    path = args.work / f"{args.name}.pt"
    torch.save({"shape": shape, "model": average.state_dict(), "last": net.state_dict(), "adam": adam.state_dict(), "steps": steps, "seen": seen}, f"{path}.new")
    os.replace(f"{path}.new", path)


if __name__ == "__main__":
    main()
