"""The adapters by the name that a recipe calls them."""

from __future__ import annotations

from oilstone_data.adapters import code, contests, short
from oilstone_data.adapters.item import Adapter

ADAPTERS: dict[str, Adapter] = {
    "plain": code.plain,
    "files": code.files,
    "rust-clean": code.rust_clean,
    "code_contests": contests.code_contests,
    "apps": contests.apps,
    "taco": contests.taco,
    "livecodebench": contests.livecodebench,
    "humaneval": short.humaneval,
    "mbpp": short.mbpp,
    "nl2bash": short.nl2bash,
    "gsm8k": short.gsm8k,
}
