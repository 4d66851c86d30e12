"""What a telephone line and a room do to speech. All on batches [B, N] of floats at 16 kHz, seeded by `rng`."""

import numpy as np
import torch
import torch.nn.functional as F


def colour(shape, slope, rng):
    """Noise whose power falls with frequency to the power of `slope`: 0 white, 1 pink, 2 brown. RMS 1."""
    b, n = shape
    spectrum = torch.fft.rfft(torch.from_numpy(rng.standard_normal((b, n), dtype=np.float32)))
    f = torch.arange(spectrum.shape[1]).clamp(min=n // 400 + 1).float()
    noise = torch.fft.irfft(spectrum * f[None] ** (-slope[:, None] / 2), n)
    return noise / noise.square().mean(1, keepdim=True).sqrt().clamp(min=1e-9)


def band(audio, low, high):
    """Only what lies between two frequencies, with soft edges; `low`, `high` in Hz, one of each for every row."""
    n = audio.shape[1]
    f = torch.fft.rfftfreq(n, 1 / 16000)[None]
    gain = torch.sigmoid((f - low[:, None]) / 25) * torch.sigmoid((high[:, None] - f) / 40)
    return torch.fft.irfft(torch.fft.rfft(audio) * gain, n)


def companded(audio, mu_law):
    """G.711 and back, of samples within -1 and 1: about the steps of mu-law and A-law."""
    mu = torch.where(mu_law, 255.0, 87.6)[:, None]
    a, sign = audio.abs().clamp(max=1), audio.sign()
    law_u = torch.log1p(mu * a) / torch.log1p(mu)
    law_a = torch.where(a < 1 / mu, mu * a, 1 + torch.log((mu * a).clamp(min=1))) / (1 + torch.log(mu))
    code = torch.where(mu_law[:, None], law_u, law_a).mul(127).round().div(127)
    back_u = torch.expm1(code * torch.log1p(mu)) / mu
    back_a = torch.where(code < 1 / (1 + torch.log(mu)), code * (1 + torch.log(mu)) / mu,
                         torch.exp(code * (1 + torch.log(mu)) - 1) / mu)
    return torch.where(mu_law[:, None], back_u, back_a) * sign


def telephone(audio, rng, rough=None):
    """Through 8 kHz, G.711 and back to 16 kHz: with a clean filter, or with straight lines between samples."""
    b, n = audio.shape
    n -= n % 2
    draw = lambda lo, hi: torch.from_numpy(rng.uniform(lo, hi, b).astype(np.float32))
    narrow = band(audio[:, :n], draw(20, 320), draw(3250, 3950))[:, ::2]
    narrow = companded(narrow, draw(0, 1) < 0.5)
    spectrum = torch.fft.rfft(narrow)
    clean = torch.fft.irfft(F.pad(spectrum * 2, (0, n // 2 + 1 - spectrum.shape[1])), n)
    lines = F.interpolate(narrow[:, None], size=n, mode="linear")[:, 0]
    rough = draw(0, 1) < 0.25 if rough is None else rough
    return F.pad(torch.where(rough[:, None], lines, clean), (0, audio.shape[1] - n))


def lose(audio, share, rng):
    """Frames of 20 ms lost: silence, or the frame before once more, fading."""
    out = audio.clone()
    for row in range(len(audio)):
        gain = 1.0
        for at in range(320, audio.shape[1] - 320, 320):
            if rng.random() < share[row]:
                gain *= 0.5
                out[row, at:at + 320] = out[row, at - 320:at] * gain if rng.random() < 0.6 else 0
            else:
                gain = 1.0
    return out


def stretched(samples, factor):
    """Faster and higher, or slower and lower."""
    at = np.arange(0, len(samples) - 1, factor)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def tilted(audio, rng):
    """A handset's or a room's colour: a few broad bumps and a slope."""
    b, n = audio.shape
    f = torch.fft.rfftfreq(n, 1 / 16000)[None]
    draw = lambda lo, hi: torch.from_numpy(rng.uniform(lo, hi, (b, 1)).astype(np.float32))
    db = draw(-6, 6) * (f / 4000 - 0.5).clamp(-1, 1)
    for _ in range(2):
        db = db + draw(-6, 6) * torch.exp(-((f - draw(200, 3500)) / draw(200, 700)).square())
    return torch.fft.irfft(torch.fft.rfft(audio) * 10 ** (db / 20), n)


def nothing(length, rng):
    """A negative example: what is no speech. RMS about 1, or exact silence."""
    t = np.arange(length, dtype=np.float32) / 16000
    kind = rng.integers(6)
    if kind == 0:
        return np.zeros(length, np.float32)
    if kind == 1:  # Hum of the mains.
        base = rng.choice([50, 60])
        return sum(np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6)) / k for k in range(1, 8)).astype(np.float32)
    if kind == 2:  # A tone, or a key, with a rhythm.
        tone = np.sin(2 * np.pi * rng.uniform(300, 2500) * t) + np.sin(2 * np.pi * rng.uniform(300, 2500) * t)
        return (tone * (np.sin(2 * np.pi * rng.uniform(0.2, 4) * t) > rng.uniform(-1, 0.8))).astype(np.float32)
    noise = colour((1, length), torch.tensor([float(rng.uniform(0, 2))]), rng)[0].numpy()
    if kind == 3:  # Clicks, knocks and puffs: short bursts.
        gate = np.zeros(length, np.float32)
        for _ in range(rng.integers(1, 5)):
            at, fall = rng.integers(0, length), rng.uniform(30, 3000)
            gate[at:] += np.exp(-np.arange(length - at) / fall).astype(np.float32)
        return noise * gate * 3
    return noise


def line(clean, lengths, rng, others, hard, loudest):
    """A batch of clean utterances (RMS about 1 where they sound) as it comes out of a call, within -1 and 1. `hard` is
    the share that gets noise, colour and loss at all, `loudest` how far the loudest noise is below the speech, in dB."""
    b, n = clean.shape
    draw = lambda lo, hi: torch.from_numpy(rng.uniform(lo, hi, b).astype(np.float32))
    spared = draw(0, 1) > hard
    audio = torch.where(spared[:, None], clean, tilted(clean, rng))
    below = torch.where(draw(0, 1) < 0.65, draw(loudest, loudest + 27), draw(35, 70))
    below = torch.where(spared, draw(40, 70), below)
    noise = colour((b, n), draw(0, 2), rng)
    noise = torch.where((draw(0, 1) < 0.15)[:, None], others, noise)
    audio = audio + noise * 10 ** (-below / 20)[:, None]
    level = 10 ** (draw(-40, -14) / 20)
    audio = (audio * level[:, None]).clamp(-1, 1)
    narrow = draw(0, 1) < 0.85
    audio = torch.where(narrow[:, None], telephone(audio, rng), audio)
    audio = lose(audio, torch.where((draw(0, 1) < 0.3) & ~spared, draw(0.01, 0.12), 0.0).numpy(), rng)
    inside = torch.arange(n)[None] < lengths[:, None]
    return (audio * inside).mul(32768).round().div(32768)
