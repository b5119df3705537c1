"""The memory's rule, spelled out token by token; gradients by autograd."""

import torch


def linear(tokens, places, first, chunk, state=None):
    """Return what each token reads, and W and its frozen twin after the last token of each row."""
    rows, heads, length, _ = tokens.query.shape
    out = torch.zeros_like(tokens.value)
    ends = []
    for row in range(rows):
        for head in range(heads):
            now = first[head] if state is None else state.now[row, head]
            frozen = now if state is None else state.frozen[row, head]
            read, document = (0 if state is None else int(state.read[row])), 0
            for t in range(length):
                if not places.valid[row, t]:
                    continue
                if int(places.document[row, t]) != document:
                    document, now, read = int(places.document[row, t]), first[head], 0
                if read % chunk == 0:
                    frozen = now
                point = frozen.detach().requires_grad_()
                missed = point @ tokens.key[row, head, t] - tokens.value[row, head, t]
                (slope,) = torch.autograd.grad((missed**2).sum() / 2, point)
                step = tokens.rate[row, head, t] * slope
                now = tokens.decay[row, head, t].exp() * now - step
                out[row, head, t] = now @ tokens.query[row, head, t]
                read += 1
            ends.append((now, frozen, read))
    return out.detach(), ends
