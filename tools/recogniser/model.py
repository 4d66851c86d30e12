"""A very small Whisper: the computation of whisper.cpp, with the vocabulary of the grammar.

The tokens are whole words. whisper.cpp's English vocabulary has 51,864 ids with fixed special ones; the rows that are not
used share one vector, which stands in the softmax for all of them.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import grammar

SAMPLE_RATE, N_FFT, HOP, N_MELS = 16000, 400, 160, 80
N_VOCAB, EOT, SOT, NO_TIMESTAMPS = 51864, 50256, 50257, 50362
AUDIO_CTX, TEXT_CTX = 512, 96  # 10.24 s; whisper.cpp writes at most TEXT_CTX / 2 - 4 tokens.

# Tokens that whisper.cpp looks up by their text come first, then a word each.
WORDS = grammar.vocabulary()
FIRST_WORD = 3
TEXTS = [" ", " -", " '"] + [" " + w for w in WORDS]
# Compact ids of the training program -> ids in the file.
IDS = list(range(len(TEXTS))) + [EOT, SOT, NO_TIMESTAMPS]
C_EOT, C_SOT, C_NOT = len(TEXTS), len(TEXTS) + 1, len(TEXTS) + 2
COMPACT = len(IDS)
UNUSED = N_VOCAB - COMPACT
WORDS_AT = {w: i for i, w in enumerate(WORDS)}
WORD_ID = {w: FIRST_WORD + i for w, i in WORDS_AT.items()}


def mel_filters():
    """Slaney's mel filters as in librosa and Whisper: [80, 201]."""
    def to_hz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * math.log(6.4) / 27))
    top = 15 + math.log(8000 / 1000) / (math.log(6.4) / 27)
    points = to_hz(np.linspace(0, top, N_MELS + 2))
    freqs = np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1)
    ramps = points[:, None] - freqs[None]
    width = np.diff(points)
    lower, upper = -ramps[:-2] / width[:-1, None], ramps[2:] / width[1:, None]
    filters = np.maximum(0, np.minimum(lower, upper)) * (2 / (points[2:] - points[:-2]))[:, None]
    return torch.tensor(filters, dtype=torch.float32)


FILTERS, WINDOW = mel_filters(), torch.hann_window(N_FFT)


def log_mel(audio, lengths, frames):
    """Of a batch [B, N] of samples, zero after `lengths`: [B, 80, frames], as whisper.cpp does it for each alone."""
    start = audio[:, 1:1 + N_FFT // 2].flip(1)
    padded = F.pad(torch.cat([start, audio], 1), (0, max(0, frames * HOP + N_FFT - audio.shape[1])))
    spectrum = torch.stft(padded, N_FFT, HOP, window=WINDOW, center=False, return_complex=True)
    power = spectrum[..., :frames].abs().square()
    mel = (FILTERS @ power).clamp(min=1e-10).log10()
    # Beyond the end of the audio whisper.cpp sees nothing at all, not even the tail of a window.
    after = torch.arange(frames)[None] > ((lengths + N_FFT // 2) // HOP)[:, None]
    mel = mel.masked_fill(after[:, None], -10.0)
    mel = torch.maximum(mel, mel.amax((1, 2), keepdim=True) - 8)
    return (mel + 4) / 4


def sinusoids(length, channels):
    scale = math.log(10000) / (channels // 2 - 1)
    times = torch.arange(length)[:, None] * torch.exp(-scale * torch.arange(channels // 2))[None]
    return torch.cat([times.sin(), times.cos()], 1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.value, self.out = (nn.Linear(width, width) for _ in range(3))
        self.key = nn.Linear(width, width, bias=False)

    def forward(self, x, memory=None, causal=False):
        memory = x if memory is None else memory
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (self.query(x), self.key(memory), self.value(memory)))
        # Written out: on a processor this is several times faster than torch's own for so small a model.
        scores = (q * (q.shape[-1] ** -0.5)) @ k.transpose(-1, -2)
        if causal:
            scores = scores + torch.full(scores.shape[-2:], -1e4).triu(1)
        weights = scores.softmax(-1)
        self.last = weights if self.training and memory is not x else None
        y = weights.to(v.dtype) @ v
        return self.out(y.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, cross):
        super().__init__()
        self.attn_ln, self.attn = nn.LayerNorm(width), Attention(width, heads)
        self.cross_attn_ln = nn.LayerNorm(width) if cross else None
        self.cross_attn = Attention(width, heads) if cross else None
        self.mlp_ln = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))

    def forward(self, x, memory=None):
        x = x + self.attn(self.attn_ln(x), causal=memory is not None)
        if self.cross_attn:
            x = x + self.cross_attn(self.cross_attn_ln(x), memory)
        return x + self.mlp(self.mlp_ln(x))


class Recogniser(nn.Module):
    def __init__(self, width=128, heads=4, audio_layers=4, text_layers=3, sound_names=("",)):
        super().__init__()
        self.width, self.heads, self.sound_names = width, heads, sound_names
        self.conv1 = nn.Conv1d(N_MELS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        for conv in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        self.register_buffer("positions", sinusoids(AUDIO_CTX, width))
        self.encoder = nn.ModuleList(Block(width, heads, False) for _ in range(audio_layers))
        self.ln_post = nn.LayerNorm(width)
        # Only for training: what is heard in each frame, two layers before the last the sound, after it the word.
        self.sounds = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, len(sound_names)))
        self.words = nn.Linear(width, 1 + len(WORDS))
        self.tokens = nn.Parameter(torch.randn(COMPACT, width) * 0.04)
        self.unused = nn.Parameter(torch.full((width,), -0.4))
        self.text_positions = nn.Parameter(torch.randn(TEXT_CTX, width) * 0.02)
        self.decoder = nn.ModuleList(Block(width, heads, True) for _ in range(text_layers))
        self.ln = nn.LayerNorm(width)
        nn.init.constant_(self.ln.bias, 0.3)  # With `unused`: those rows are unlikely from the first step.
        self.look_near()

    @torch.no_grad()
    def look_near(self):
        """Most heads of the encoder begin by looking a few frames back or ahead, which is what they have to learn anyway.

        Sine and cosine of a position, turned, are those of a position beside it."""
        half, size = self.width // 2, self.width // self.heads
        n, gain = size // 2, 1.6
        clear = list(range(n)) + list(range(half, half + n))  # Channels that at first hold only the position.
        self.conv2.weight[clear] = 0
        self.conv2.bias[clear] = 0
        places = [(-3, -1, 1, 3), (-6, -2, 2, 6), (-4, -1, 1, 4), (-8, -3, 3, 8), (-2, 2), (-5, 5)]
        for block, near in zip(self.encoder, places):
            block.attn.out.weight.mul_(0.5)
            block.mlp[2].weight.mul_(0.5)
            for head, ahead in enumerate(near[:self.heads]):
                query, key = torch.zeros(size, self.width), torch.zeros(size, self.width)
                for j in range(n):
                    turn = ahead * math.exp(-math.log(10000) / (half - 1) * j)
                    key[j, j] = key[n + j, half + j] = gain
                    query[j, j] = query[n + j, half + j] = gain * math.cos(turn)
                    query[j, half + j], query[n + j, j] = gain * math.sin(turn), -gain * math.sin(turn)
                rows = slice(head * size, (head + 1) * size)
                block.attn.query.weight[rows], block.attn.key.weight[rows] = query, key
                block.attn.query.bias[rows] = 0

    def encode(self, mel):
        """What the decoder gets, and what `sounds` does."""
        x = F.gelu(self.conv1(mel), approximate="tanh")
        x = F.gelu(self.conv2(x), approximate="tanh").transpose(1, 2)
        x = x + self.positions[:x.shape[1]]
        for i, block in enumerate(self.encoder):
            x = block(x)
            if i == len(self.encoder) - 3:
                inner = x
        return self.ln_post(x), inner

    def decode(self, tokens, memory):
        """Logits over the compact ids, and last the sum over all unused rows."""
        x = self.tokens[tokens] + self.text_positions[:tokens.shape[1]]
        for block in self.decoder:
            x = block(x, memory)
        x = self.ln(x)
        unused = (x @ self.unused)[..., None] + math.log(UNUSED)
        return torch.cat([x @ self.tokens.T, unused], -1)

    @torch.no_grad()
    def transcribe(self, mel, limit=40):
        """Greedy, as whisper.cpp with `suppress_blank` off."""
        memory, _ = self.encode(mel)
        tokens = torch.tensor([[C_SOT, C_NOT]]).repeat(len(mel), 1)
        over = torch.zeros(len(mel), dtype=torch.bool)
        for _ in range(limit):
            logits = self.decode(tokens, memory)[:, -1, :C_SOT]
            best = logits.argmax(-1).masked_fill(over, C_EOT)
            over |= best == C_EOT
            tokens = torch.cat([tokens, best[:, None]], 1)
            if over.all():
                break
        return ["".join(TEXTS[t] for t in row[2:].tolist() if t < C_EOT).strip() for row in tokens]
