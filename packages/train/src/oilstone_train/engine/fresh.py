"""An untrained model folder: a tokenizer made for the corpus, and weights drawn under a seed."""

from pathlib import Path
from typing import Any

from oilstone_schemas import jsonl
from oilstone_train.engine import tokenizer
from oilstone_train.forms import EOS


def build(folder: Path, corpus: Path, recipe: dict[str, Any]) -> None:
    """Write tokenizer, configuration and random weights; `corpus` is in `input_output` form."""
    texts = [
        "".join(segment["text"] for segment in row["segments"]).removesuffix(EOS)
        for row in jsonl.read(corpus)
    ]
    words = tokenizer.train(texts, recipe)
    words.save_pretrained(folder)
    model(recipe, words).save_pretrained(folder)


def model(recipe: dict[str, Any], words: Any) -> Any:
    """Return a LlamaForCausalLM for the tokenizer `words`, its weights drawn under the seed."""
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    sizes = recipe["model"]
    set_seed(recipe["seed"])
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(words),
            hidden_size=sizes["width"],
            intermediate_size=sizes["mlp_width"],
            num_hidden_layers=sizes["layers"],
            num_attention_heads=sizes["heads"],
            num_key_value_heads=sizes["kv_heads"] or sizes["heads"],
            max_position_embeddings=sizes["context"],
            rope_parameters={"rope_type": "default", "rope_theta": float(sizes["rope_theta"])},
            tie_word_embeddings=sizes["tied_embeddings"],
            initializer_range=sizes["initializer_range"],
            pad_token_id=words.pad_token_id,
            bos_token_id=words.bos_token_id,
            eos_token_id=words.eos_token_id,
        )
    )
