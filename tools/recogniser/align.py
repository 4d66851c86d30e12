"""When each sound and word is said.

`align.py WORK [--count N] [--seed S]` speaks with espeak-ng's library, which tells it, and writes WORK/aligned.i16 and
aligned.tsv (as speech.tsv) and aligned.json: for each line `[sound, place of its word in the text, first sample]` and last
`["", -1, samples]`. `align.py WORK --by CHECKPOINT --names NAME...` writes NAME.json for what other voices said: espeak-ng tells the
sounds, the checkpoint's encoder where they are.
"""

import argparse
import ctypes
import json
import random
import sys
from pathlib import Path

import numpy as np
import torch
from scipy.signal import resample_poly

import grammar
import model as m
from synthesise import ACCENTS, VARIANTS, rows, trimmed

RATE, PITCH, PHONEME, SYNCHRONOUS, PHONEME_EVENTS = 1, 3, 7, 2, 1
PAUSES = {"", "_", "_:", "_!", "_|"}


class Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""
    _fields_ = [("type", ctypes.c_int), ("unique", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
                ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8)]


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


class Voice:
    """espeak-ng in this process."""

    def __init__(self):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.hz = self.lib.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS)
        self.callback = CALLBACK(self.take)
        self.lib.espeak_SetSynthCallback(self.callback)

    def take(self, samples, count, events):
        if samples and count > 0:
            self.samples.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type:
            if events[i].type == PHONEME:
                self.sounds.append((events[i].name.decode(), events[i].text_position, events[i].sample))
            i += 1
        return 0

    def speak(self, name, speed, pitch, text):
        """Samples at espeak-ng's own rate, and the sounds: name, place of the word in the text, first sample at 16 kHz."""
        self.samples, self.sounds = [], []
        self.lib.espeak_SetVoiceByName(name.encode())
        self.lib.espeak_SetParameter(RATE, int(165 * speed), 0)
        self.lib.espeak_SetParameter(PITCH, int(50 * pitch), 0)
        said = grammar.spoken_words(text)
        data = " ".join(said).encode() + b"\0"
        self.lib.espeak_Synth(data, len(data), 0, 0, 0, 1, None, None)
        begins = np.cumsum([1] + [len(w) + 1 for w in said[:-1]])
        sounds = []
        for sound, where, at in self.sounds:
            if sound != ";":
                word = -1 if sound in PAUSES else int(np.searchsorted(begins, where, "right")) - 1
                sounds.append(("" if sound in PAUSES else sound, word, int(at * 16000 / self.hz)))
        return (np.concatenate(self.samples) if self.samples else np.zeros(0, np.int16)), sounds


def speak_all(args):
    r, voice, at, lines = random.Random(args.seed), Voice(), 0, []
    with open(args.work / "aligned.i16", "wb") as audio, open(args.work / "aligned.tsv", "w") as table:
        for _ in range(args.count):
            name, text = f"{r.choice(ACCENTS)}+{r.choice(VARIANTS)}", grammar.mixed(r) if r.random() < args.mixed else grammar.sentence(r)
            samples, sounds = voice.speak(name, r.uniform(0.8, 1.25), r.uniform(0.8, 1.25), text)
            samples = resample_poly(samples.astype(np.float32), 320, voice.hz // 50)
            samples, begin = trimmed(np.clip(samples, -32768, 32767).astype(np.int16))
            if not sounds or not 1600 < len(samples) < 9.6 * 16000:
                continue
            lines.append([(s, w, min(max(0, t - begin), len(samples))) for s, w, t in sounds] + [("", -1, len(samples))])
            audio.write(samples.tobytes())
            table.write(f"train\tespeak:{name}\t{at}\t{len(samples)}\t{text}\n")
            at += len(samples)
    (args.work / "aligned.json").write_text(json.dumps(lines, ensure_ascii=False))
    print(f"{len(lines)} utterances, {at / 16000 / 3600:.1f} h, {len({s for l in lines for s, _, _ in l})} sounds", file=sys.stderr)


def best_path(scores, states, skips, count, frames):
    """The state of each frame, [B, T]: from the first state to one of the last two, one at a time or over what may be skipped."""
    b, t, _ = scores.shape
    said = scores.gather(2, states[:, None].expand(b, t, -1))
    best, back = torch.full(states.shape, -1e9), torch.zeros((t, *states.shape), dtype=torch.int8)
    best[:, :2] = said[:, 0, :2]
    for i in range(1, t):
        one = torch.nn.functional.pad(best[:, :-1], (1, 0), value=-1e9)
        two = torch.nn.functional.pad(best[:, :-2], (2, 0), value=-1e9).masked_fill(~skips, -1e9)
        value, back[i] = torch.stack([best, one, two]).max(0).values, torch.stack([best, one, two]).argmax(0).to(torch.int8)
        best = torch.where((i < frames)[:, None], value + said[:, i], best)
        back[i][i >= frames] = 0
    ends = torch.stack([count - 1, count - 2])
    at = ends.gather(0, best.gather(1, ends.T).argmax(1)[None])[0]
    path = torch.zeros((b, t), dtype=torch.long)
    for i in range(t - 1, -1, -1):
        path[:, i] = at
        at = at - back[i].gather(1, at[:, None])[:, 0]
    return path


@torch.no_grad()
def place(args, name, net):
    """NAME.json, by the encoder of `net`."""
    speech, table, voice, lines, doubt = np.memmap(args.work / f"{name}.i16", np.int16, "r"), rows(args.work, "train", name), Voice(), {}, []
    ids = {s: i for i, s in enumerate(net.sound_names)}
    for some in np.array_split(np.argsort([row[2] for row in table]), max(1, len(table) // 64)):
        sounds = []
        for i in some:
            who = table[i][0]
            accent = who.split(":")[1].split("+")[0] if who.startswith("espeak") else {"pico:en-GB": "en-gb-x-rp", "flite:awb": "en-gb-scotland"}.get(who, "en-us")
            told = [(s, w) for s, w, _ in voice.speak(accent, 1, 1, table[i][3])[1] if w >= 0]
            with_pauses, last = [("", -1)], None
            for s, w in told:  # There may be a pause between words.
                with_pauses += ([("", -1)] if last is not None and w != last else []) + [(s, w)]
                last = w
            sounds.append(with_pauses + [("", -1)])
        lengths = torch.tensor([table[i][2] for i in some])
        audio = torch.zeros(len(some), int(lengths.max()))
        for row, i in zip(audio, some):
            s = speech[table[i][1]:table[i][1] + table[i][2]].astype(np.float32)
            row[:len(s)] = torch.from_numpy(s / 32768)
        frames = lengths // 320 + 1
        scores = net.sounds(net.encode(m.log_mel(audio, lengths, 2 * int(frames.max())))[1]).log_softmax(-1)
        longest = max(len(s) for s in sounds)
        states = torch.tensor([[ids.get(s, 0) for s, _ in line] + [0] * (longest - len(line)) for line in sounds])
        skips = torch.tensor([[k > 1 and line[k - 1][1] < 0 for k in range(len(line))] + [False] * (longest - len(line)) for line in sounds])
        path = best_path(scores, states, skips, torch.tensor([len(s) for s in sounds]), frames)
        for i, line, p, t, score in zip(some, sounds, path.tolist(), frames.tolist(), scores):
            changes = [k for k in range(t) if not k or p[k] != p[k - 1]]
            lines[i] = [(*line[p[k]], max(0, 320 * k - 160)) for k in changes] + [("", -1, table[i][2])]
            doubt.append(-score[range(t), [ids.get(line[s][0], 0) for s in p[:t]]].mean().item())
    (args.work / f"{name}.json").write_text(json.dumps([lines[i] for i in range(len(table))], ensure_ascii=False))
    print(f"{name}: {len(lines)} utterances, {np.mean(doubt):.2f} nats a frame, worst tenth from {np.quantile(doubt, 0.9):.2f}", file=sys.stderr)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("--count", type=int, default=25000)
    p.add_argument("--seed", type=int, default=2)
    p.add_argument("--mixed", type=float, default=0.5, help="share that is pieces of sentences")
    p.add_argument("--by", help="a checkpoint, to place what is in the files NAME")
    p.add_argument("--names", nargs="*", default=[], metavar="NAME")
    args = p.parse_args()
    if not args.by:
        return speak_all(args)
    import export
    torch.set_num_threads(1)
    net = export.load(args.by)
    for name in args.names:
        place(args, name, net)


if __name__ == "__main__":
    main()
