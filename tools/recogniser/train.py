"""Trains the recogniser: `train.py WORK --minutes M [--encoder] [--from CHECKPOINT]`.

Reads WORK/heard-*.u8 of every file that has a NAME.json, writes WORK/NAME.pt every two minutes: it can be exported at any
time. The learning rate follows the clock, so that the training ends well when its time is over.
"""

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import evaluate
import model as m
from hear import samples
from muon import Muon
from synthesise import rows


def warps():
    """For 41 lengths of the throat, from 0.85 to 1.18: from which band each band comes."""
    centre = (m.FILTERS.numpy() @ np.arange(201)) / m.FILTERS.numpy().sum(1) * 40
    scale = np.exp(np.linspace(math.log(0.85), math.log(1.18), 41))
    return torch.tensor(np.stack([np.interp(centre * s, centre, np.arange(80)) for s in scale]), dtype=torch.float32)


class Batches(torch.utils.data.IterableDataset):
    """Batches for ever: log-mel spectra, texts, and of each frame of 20 ms the sound, the word, and its place in the text."""

    def __init__(self, work, names, frames, long_share, seed):
        self.frames, self.long_share, self.seed, self.warps = frames, long_share, seed, warps()
        self.work, self.ids, self.files, self.known = work, {s: i for i, s in enumerate(names)}, {}, {}

    def look(self):
        """Takes up what has been aligned by now."""
        for path in sorted(self.work.glob("heard-*.json")):
            name = path.stem.split("-")[1]
            if path in self.files or not (self.work / f"{name}.json").exists() or time.time() - (self.work / f"{name}.json").stat().st_mtime < 5:
                continue
            if name not in self.known:
                lines = json.loads((self.work / f"{name}.json").read_text())
                times = [tuple(np.array(v, np.int32) for v in zip(*((self.ids.get(s, 0), w, at) for s, w, at in line))) for line in lines]
                self.known[name] = [row[3] for row in rows(self.work, "train", name)], times
            index = json.loads(path.read_text())
            begins = np.cumsum([0] + [n for n, _, _ in index])
            self.files[path] = name, np.memmap(path.with_suffix(".u8"), np.uint8, "r").reshape(-1, 80), index, begins
            print(f"{path.stem}: {len(index)} examples", flush=True)

    def __iter__(self):
        torch.set_num_threads(1)
        rng = np.random.default_rng(self.seed)
        while True:
            self.look()
            files, pool = list(self.files.values()), []
            sizes = np.array([len(index) for _, _, index, _ in files])
            for which in rng.choice(len(sizes), 400, p=sizes / sizes.sum()):
                name, mels, index, begins = files[which]
                i = int(rng.integers(len(index)))
                pool.append(self.cut(mels[begins[i]:begins[i + 1]], name, *index[i][1:], rng))
            pool.sort(key=lambda e: len(e[0]))
            groups, group = [], []
            for example in pool:
                if group and (len(group) + 1) * (len(example[0]) // 2 + 1) > self.frames:
                    groups.append(group)
                    group = []
                group.append(example)
            groups.append(group)
            for i in rng.permutation(len(groups)):
                yield self.batch(groups[i], rng)

    def cut(self, mel, name, top, parts, rng):
        """Mostly without the longer silences before and after, of which there is little to learn."""
        begin, end = 0, len(mel)
        if parts and rng.random() < 0.75:
            last, at, factor = parts[-1]
            begin = max(0, parts[0][1] - int(rng.integers(0, 26))) // 2 * 2
            end = min(end, at + int(self.known[name][1][last][2][-1] / 160 / factor) + int(rng.integers(2, 40)))
        elif not parts:
            end = min(end, int(rng.integers(50, 300)))
        return mel[begin:end], name, top, [(row, at - begin, factor) for row, at, factor in parts]

    def batch(self, group, rng):
        need = max(len(e[0]) for e in group) // 2 + 1
        frames = need + int(rng.choice([0, 8, 16, 32, 64], p=[0.75, 0.1, 0.05, 0.05, 0.05]))
        if rng.random() < self.long_share:
            frames = 512 if rng.random() < 0.4 else 256
        frames = min(512, max(need, frames))
        top = torch.tensor([e[2] for e in group])
        floor = (-10 - top).clamp(min=-8)
        mel = floor[:, None, None].repeat(1, 2 * frames, 80)
        marks = torch.zeros((3, len(group), frames), dtype=torch.long)
        marks[2] = -1
        texts = []
        for b, (bytes_, name, _, parts) in enumerate(group):
            mel[b, :len(bytes_)] = torch.from_numpy(bytes_.astype(np.float32)) * (8 / 255) - 8
            said = []
            for row, begin, factor in parts:
                text, (sounds, places, at) = self.known[name][0][row], self.known[name][1][row]
                words = text.split()
                when = (np.arange(frames) * 320 - begin * 160) * factor
                inside = (when >= 0) & (when < at[-1]) & (np.arange(frames) < len(bytes_) // 2)
                k = np.searchsorted(at, when[inside], "right") - 1
                where, inside = np.where(k < 0, -1, places[k]), torch.from_numpy(inside)
                marks[0, b, inside] = torch.from_numpy(np.where(k < 0, 0, sounds[k])).long()
                ids = np.array([m.WORDS_AT[w] + 1 for w in words] + [0])
                marks[1, b, inside] = torch.from_numpy(ids[where])
                marks[2, b, inside] = torch.from_numpy(np.where(where < 0, -1, where + len(said))).long()
                said += words
            texts.append(" ".join(said))
        # Another throat, another handset, another level.
        source = self.warps[torch.from_numpy(np.where(rng.random(len(group)) < 0.7, rng.integers(0, 41, len(group)), 20))]
        low = source.long().clamp(max=78)
        mel = mel.transpose(1, 2)
        pick = lambda at: mel.gather(1, at[..., None].expand(-1, -1, mel.shape[2]))
        mel = torch.lerp(pick(low), pick(low + 1), (source - low)[..., None])
        draw = lambda lo, hi: torch.from_numpy(rng.uniform(lo, hi, (len(group), 1, 1)).astype(np.float32))
        tilt = torch.linspace(-1, 1, 80)[None, :, None] * draw(-0.6, 0.6)
        mel = torch.maximum(mel + tilt * (mel > floor[:, None, None] + 0.01), floor[:, None, None])
        mel = (mel + top[:, None, None] + draw(-0.7, 0.7) + 4) / 4
        for row in mel:  # SpecAugment, lightly.
            if rng.random() < 0.5:
                f, w = rng.integers(0, 70), rng.integers(1, 12)
                row[f:f + w] = row.mean()
            if rng.random() < 0.4:
                t, w = rng.integers(0, max(1, 2 * need - 12)), rng.integers(1, 10)
                row[:, t:t + w] = row.mean()
        return mel, texts, marks


def targets(texts):
    """Decoder input and output, padded with -100."""
    rows_ = [[m.WORD_ID[w] for w in t.split()][:m.TEXT_CTX // 2 - 6] for t in texts]
    n = max(len(r) for r in rows_) + 2
    given, wanted = torch.full((len(texts), n), m.C_EOT), torch.full((len(texts), n), -100)
    for i, r in enumerate(rows_):
        given[i, :len(r) + 2] = torch.tensor([m.C_SOT, m.C_NOT] + r)
        wanted[i, 1:len(r) + 2] = torch.tensor(r + [m.C_EOT])
    return given, wanted


def astray(net, places, width):
    """How far the decoder's attention is from the word that it is about to write, in half of the heads of its layers; in its
    first layer from the word before. It learns to follow the speech within minutes, and does not guess from its words."""
    said = F.one_hot(places + 1, width + 1)[..., 1:].transpose(1, 2).float()  # Example, word, frame.
    loss = 0
    for i, block in enumerate(net.decoder):
        looked = block.cross_attn.last[:, :2, 1 + (i == 0):1 + width].float()
        mask = said[:, :looked.shape[2]]
        there = (looked * mask[:, None]).sum(-1).clamp(min=1e-4).log()
        loss = loss - there.mean(1)[mask.any(-1)].mean() / len(net.decoder)
    return torch.nan_to_num(loss)


class Trial:
    """Held-out utterances as the telephone brings them: how many words are heard wrong, in per cent."""

    def __init__(self, work, count=32):
        rng, speech = np.random.default_rng(5), np.memmap(work / "speech.i16", np.int16, "r")
        self.sets = {}
        for split in ("voices", "patterns"):
            found = rows(work, split)[-count:]
            audio = [torch.from_numpy(evaluate.heard_as(samples(speech, row)[0], "clean", rng)) for row in found]
            lengths = torch.tensor([len(a) for a in audio])
            padded = torch.nn.utils.rnn.pad_sequence(audio, batch_first=True)
            self.sets[split] = m.log_mel(padded, lengths, int(lengths.max()) // 320 * 2 + 32), [row[3] for row in found]

    def __call__(self, net):
        out = {}
        for split, (mel, texts) in self.sets.items():
            with torch.autocast("cpu", torch.bfloat16):
                heard = net.eval().transcribe(mel)
            out[split] = 100 * sum(evaluate.errors(t, h) for t, h in zip(texts, heard)) / sum(len(t.split()) for t in texts)
        net.train()
        return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("--minutes", type=float, required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--name", default="recogniser")
    p.add_argument("--encoder", action="store_true", help="the encoder alone: sounds and words of frames")
    p.add_argument("--from", dest="start", help="a checkpoint to begin with")
    p.add_argument("--width", type=int, default=128)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--audio-layers", type=int, default=5)
    p.add_argument("--rate", type=float, default=1.5e-3, help="of AdamW; six times that for Muon")
    p.add_argument("--end", type=float, default=0.01, help="share of the rate that is left at the end")
    p.add_argument("--frames", type=int, default=2400, help="encoder frames a batch")
    p.add_argument("--long", type=float, default=0.03, help="share of batches padded to 256 or 512 frames")
    p.add_argument("--wrong", type=float, default=0.15, help="share of the words given to the decoder that are replaced")
    args = p.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    names = [""] + sorted({s for line in json.loads((args.work / "aligned.json").read_text()) for s, _, _ in line} - {""})
    shape = {"width": args.width, "heads": args.heads, "audio_layers": args.audio_layers, "sound_names": names}
    net = m.Recogniser(**shape)
    if args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True)["last"])
    average = copy.deepcopy(net)
    trained = [(k, w) for k, w in net.named_parameters() if not (args.encoder and k.startswith(("decoder", "tokens", "unused", "text_", "ln.")))]
    inner = [w for k, w in trained if w.ndim == 2 and k.startswith(("encoder", "decoder"))]
    muon, known = Muon(inner), {id(w) for w in inner}
    matrices = [w for _, w in trained if w.ndim > 1 and id(w) not in known]
    others = [w for _, w in trained if w.ndim <= 1]
    adam = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0}], betas=(0.9, 0.98), foreach=True)
    data = torch.utils.data.DataLoader(Batches(args.work, names, args.frames, args.long, args.seed), batch_size=None, num_workers=1, prefetch_factor=8)
    trial = Trial(args.work)
    steps, seen, spent, saved_at, tried_at, sums, last = 0, 0, 0.0, 0.0, 0.0, np.zeros(6), time.time()
    for mel, texts, marks in data:
        now = time.time()
        spent += min(now - last, 5)  # Time stopped by a signal does not count.
        last = now
        done = spent / 60 / args.minutes
        if done >= 1:
            break
        rate = args.rate * min(1, (steps + 1) / 100) * (args.end + (1 - args.end) * 0.5 * (1 + math.cos(math.pi * done)))
        for group in adam.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            memory, inside = net.encode(mel)
            sound, word = net.sounds(inside).float().flatten(0, 1), net.words(memory).float().flatten(0, 1)
        sounds, heard, places = marks
        sound_loss, word_loss = F.cross_entropy(sound, sounds.flatten()), F.cross_entropy(word, heard.flatten())
        loss, terms = sound_loss + word_loss, torch.zeros(3)
        if not args.encoder:
            given, wanted = targets(texts)
            # Some words are wrong, so that it has to listen.
            wrong = (torch.rand(given.shape) < args.wrong) & (given < m.C_EOT)
            given = torch.where(wrong, torch.randint(m.FIRST_WORD, m.C_EOT, given.shape), given)
            with torch.autocast("cpu", torch.bfloat16):
                logits = net.decode(given, memory).float()
            text_loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), label_smoothing=0.05, ignore_index=-100)
            lost = astray(net, places, max(1, max(len(t.split()) for t in texts)))
            loss = 0.5 * loss + text_loss + 0.3 * lost
            terms = torch.stack([text_loss.detach(), (logits.argmax(-1) == wanted)[wanted >= 0].float().mean(), lost.detach()])
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([w for _, w in trained], 2.0)
        adam.step()
        muon.step(6 * rate)
        steps, seen = steps + 1, seen + len(texts)
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - min(0.998, steps / (steps + 20)))
        right = ((word.argmax(-1) == heard.flatten()) & (heard.flatten() > 0)).sum() / (heard > 0).sum().clamp(min=1)
        sums += np.array([sound_loss.item(), word_loss.item(), right.item(), *terms.tolist()])
        if steps % 100 == 0:
            s, w, f, t, h, a = sums / 100
            print(f"step {steps} seen {seen} min {spent / 60:.1f} rate {rate:.5f} sounds {s:.3f} words {w:.3f} right {f:.3f} | text {t:.3f} right {h:.3f} astray {a:.3f}", flush=True)
            sums[:] = 0
        if spent - saved_at > 120:
            saved_at = spent
            store(args, shape, net, average, steps, seen)
        if spent - tried_at > 240 and not args.encoder:
            tried_at = spent
            print("held out, % of words wrong:", ", ".join(f"{k} {v:.1f}" for k, v in trial(average).items()), flush=True)
    store(args, shape, net, average, steps, seen)


def store(args, shape, net, average, steps, seen):
    path = args.work / f"{args.name}.pt"
    torch.save({"shape": shape, "model": average.state_dict(), "last": net.state_dict(), "steps": steps, "seen": seen}, f"{path}.new")
    os.replace(f"{path}.new", path)


if __name__ == "__main__":
    main()
