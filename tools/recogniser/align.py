"""Speech with the time of each sound, by espeak-ng's library: `align.py WORK [--count N] [--seed S]`.

Writes WORK/aligned.i16 and aligned.tsv (as speech.tsv) and aligned.json (a list for each line of `sound, first sample`,
the last one being the end). An encoder that is told the sounds at first learns within minutes what takes it hours alone.
"""

import argparse
import ctypes
import json
import random
import sys
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

import grammar
from synthesise import ACCENTS, VARIANTS

RATE, PITCH, PHONEME, SYNCHRONOUS, PHONEME_EVENTS = 1, 3, 7, 2, 1


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
                self.sounds.append((events[i].name.decode().strip("\0"), events[i].sample))
            i += 1
        return 0

    def speak(self, name, speed, pitch, text):
        """Samples at 16 kHz, and the sounds with their first samples."""
        self.samples, self.sounds = [], []
        self.lib.espeak_SetVoiceByName(name.encode())
        self.lib.espeak_SetParameter(RATE, int(165 * speed), 0)
        self.lib.espeak_SetParameter(PITCH, int(50 * pitch), 0)
        data = text.encode() + b"\0"
        self.lib.espeak_Synth(data, len(data), 0, 0, 0, 1, None, None)
        if not self.samples:
            return np.zeros(0, np.int16), []
        scale = 16000 / self.hz
        audio = resample_poly(np.concatenate(self.samples).astype(np.float32), 320, self.hz // 50)
        return np.clip(audio, -32768, 32767).astype(np.int16), [(s, int(at * scale)) for s, at in self.sounds]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work", type=Path)
    p.add_argument("--count", type=int, default=9000)
    p.add_argument("--seed", type=int, default=2)
    p.add_argument("--mixed", type=float, default=0.0, help="share that is pieces of sentences")
    p.add_argument("--name", default="aligned", help="of the files that are written")
    args = p.parse_args()
    r, voice, at, lines = random.Random(args.seed), Voice(), 0, []
    with open(args.work / f"{args.name}.i16", "wb") as audio, open(args.work / f"{args.name}.tsv", "w") as table:
        for _ in range(args.count):
            name, text = f"{r.choice(ACCENTS)}+{r.choice(VARIANTS)}", grammar.mixed(r) if r.random() < args.mixed else grammar.sentence(r)
            samples, sounds = voice.speak(name, r.uniform(0.8, 1.25), r.uniform(0.8, 1.25), grammar.spoken(text))
            loud = np.flatnonzero(np.abs(samples) > max(60, 0.01 * np.abs(samples).max(initial=0)))
            if not len(loud) or not sounds:
                continue
            begin, end = max(0, int(loud[0]) - 480), min(len(samples), int(loud[-1]) + 480)
            samples = samples[begin:end]
            if not 1600 < len(samples) < 9.6 * 16000:
                continue
            lines.append([(s, min(max(0, t - begin), len(samples))) for s, t in sounds] + [("", len(samples))])
            audio.write(samples.tobytes())
            table.write(f"train\tespeak:{name}\t{at}\t{len(samples)}\t{text}\n")
            at += len(samples)
    (args.work / f"{args.name}.json").write_text(json.dumps(lines, ensure_ascii=False))
    print(f"{len(lines)} utterances, {at / 16000 / 3600:.1f} h, {len({s for l in lines for s, _ in l})} sounds", file=sys.stderr)


if __name__ == "__main__":
    main()
