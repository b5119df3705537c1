"""The tokenizer of a base model: byte-level BPE, made for programs that copy from their prompt."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from oilstone_train.forms import EOS

PAD, BOS = "<|pad|>", "<|bos|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
SPECIAL = (PAD, BOS, EOS, *ROLES)
# An answer ends with the very token that ends a program in the base's corpus.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
# As in Llama 3, a number of up to three digits is one token and punctuation clings to the word
# after it; unlike there, quotes never do. So what a program copies from its prompt (17, 'k') is the
# same token in both places.
WORDS = r""" ?[^\s\p{L}\p{N}'"]*\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+"""


def train(texts: Sequence[str], recipe: dict[str, Any]) -> Any:
    """Return a fast tokenizer of at most `vocab_size` pieces, beside `line_tokens` whole lines."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    settings = recipe["tokenizer"]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(  # type: ignore[no-untyped-call]  # its stub names no types
        vocab_size=settings["vocab_size"],
        min_frequency=settings["min_frequency"],
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    bpe.add_tokens(common_lines(texts, settings["line_tokens"]))
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=list(ROLES),
        chat_template=CHAT_TEMPLATE,
        model_max_length=recipe["model"]["context"],
        clean_up_tokenization_spaces=False,
    )


def common_lines(texts: Sequence[str], count: int) -> list[str]:
    """Return the `count` lines that stand in most texts: frames that carry no choice.

    Lines of up to four characters are left to BPE, and so are lines that only one text has.
    """
    seen = Counter(line for text in texts for line in set(text.splitlines(keepends=True)))
    ranked = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    return [line for line, texts_with in ranked if len(line) > 4 and texts_with > 1][:count]
