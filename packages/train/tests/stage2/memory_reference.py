"""The memory's rule, spelled out token by token; gradients by autograd."""

import torch


def linear(tokens, places, first, chunk, state=None, window=1):
    """Return what each token reads, and W and its frozen twin after the last token of each row.

    Each token writes the last `window` of its document, each at its share of its own rate.
    """
    rows, heads, length, _ = tokens.query.shape
    out = torch.zeros_like(tokens.value)
    ends = []
    for row in range(rows):
        for head in range(heads):
            written: list[int] = []
            now = first[head] if state is None else state.now[row, head]
            frozen = now if state is None else state.frozen[row, head]
            read, document = (0 if state is None else int(state.read[row])), 0
            for t in range(length):
                if not places.valid[row, t]:
                    continue
                if int(places.document[row, t]) != document:
                    document, now, read = int(places.document[row, t]), first[head], 0
                    written = []
                if read % chunk == 0:
                    frozen = now
                point = frozen.detach().requires_grad_()
                written = [*written, t][-window:]
                loss = 0
                for i in written:
                    missed = point @ tokens.key[row, head, i] - tokens.value[row, head, i]
                    loss = loss + tokens.rate[row, head, i] / window * (missed**2).sum() / 2
                (slope,) = torch.autograd.grad(loss, point)
                now = tokens.decay[row, head, t].exp() * now - slope
                out[row, head, t] = now @ tokens.query[row, head, t]
                read += 1
            ends.append((now, frozen, read))
    return out.detach(), ends
