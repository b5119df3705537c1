"""A small server for a base of ours and its adapters, on transformers: real answers, vLLM's API.

For `make ab-demo`, on machines without a GPU. It computes one token after another in one thread,
and holds every adapter merged into a copy of the base.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_eval.generate import model, subject
from oilstone_registry.router.standin.connection import listen
from oilstone_registry.router.standin.model import Token, Turns
from oilstone_registry.router.standin.server import Server

HOW = {"quantization": "nf4", "device": "cpu", "system_prompt": None}


class Transformers:
    """Greedy answers of a base and its adapters; see standin.model.Engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = self._loaded(None)

    def load(self, folder: Path) -> model.Model:
        """Return the base with an adapter merged in; raises FileNotFoundError."""
        if not (folder / "adapter_config.json").is_file():
            raise FileNotFoundError(f"No adapter found for {folder}")
        return self._loaded(folder)

    def _loaded(self, adapter: Path | None) -> model.Model:
        return model.load(subject.load(self.folder, adapter, HOW), HOW, 0)

    def answer(self, weights: model.Model, prompt: str | Turns) -> Iterator[Token]:
        """Yield the likeliest tokens."""
        import torch

        ids = self._ids(weights, prompt)
        cache, text, given = None, "", []
        for _ in range(weights.context - ids.shape[1]):
            with torch.inference_mode():
                out = weights.network(ids, past_key_values=cache, use_cache=True)
            scores = torch.log_softmax(out.logits[0, -1], -1)
            token = int(scores.argmax())
            if token in weights.ends:
                return
            given.append(token)
            whole = weights.tokenizer.decode(given, skip_special_tokens=True)
            yield Token(whole[len(text) :], float(scores[token]))
            cache, text, ids = out.past_key_values, whole, torch.tensor([[token]])

    def _ids(self, weights: model.Model, prompt: str | Turns) -> Any:
        turns = None if isinstance(prompt, str) else [dict(turn) for turn in prompt]
        text = prompt
        if turns is not None:
            text = weights.tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, tokenize=False
            )
        told = weights.tokenizer(text, add_special_tokens=turns is None, return_tensors="pt")
        return told["input_ids"]

    def embedding(self, weights: model.Model, text: str) -> list[float]:
        """Return the mean of the tokens' vectors."""
        ids = self._ids(weights, text)
        return weights.network.get_input_embeddings()(ids)[0].mean(0).tolist()


async def serve(engine: Transformers, port: int) -> None:
    """Serve until it is ended; print {"port": N} once it listens."""
    made = await listen(Server("base", engine=engine), port, 0.0)
    print(json.dumps({"port": made.sockets[0].getsockname()[1]}), flush=True)
    await made.serve_forever()


def main() -> None:
    """Load the base, then serve."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--base", type=Path, required=True, help="base artifact")
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (default: a free one)")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    asyncio.run(serve(Transformers(args.base), args.port))


if __name__ == "__main__":
    main()
