"""What is to answer: a base, perhaps with an adapter, and the system prompt they were made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_eval.generate import folders
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say


@dataclass(frozen=True)
class Subject:
    """A base, an adapter or None, and the system turn's text ("" for no such turn)."""

    base: Manifest
    adapter: Manifest | None
    system_prompt: str

    @property
    def parts(self) -> list[Manifest]:
        """The artifacts it is made of."""
        return [self.base, self.adapter] if self.adapter else [self.base]

    @property
    def prompt_sha256(self) -> str:
        """The hash of system prompt and chat template: what is around a problem's text."""
        return prompt_hash(self.system_prompt, self.base.details.get("chat_template_sha256"))


def prompt_hash(system_prompt: str, template: str | None) -> str:
    """Return one hash of a system prompt and a chat template's hash (None: a server's own)."""
    return canonical.digest([system_prompt, template])


def load(base: Path, adapter: Path | None, recipe: Mapping[str, Any]) -> Subject:
    """Find both, artifacts or plain folders. Raises OilstoneError when they do not fit together.

    `recipe`: eval.yaml's `generation`. Its `other_prompt` allows what training did not see.
    """
    ground = folders.find(base, "base")
    if adapter is None:
        return Subject(ground, None, _prompt_of_base(ground, recipe["system_prompt"]))
    added = folders.find(adapter, "adapter")
    other = bool(recipe.get("other_prompt"))
    _same_base(added, ground)
    _same_template(added, ground, other)
    _same_quantization(added, recipe["quantization"])
    return Subject(ground, added, _prompt_of_adapter(added, recipe["system_prompt"], other))


def without_prompt(base: Path, adapter: Path | None, recipe: Mapping[str, Any]) -> Subject:
    """Find both for a use in which there is no system turn, such as plain text."""
    ground = folders.find(base, "base")
    if adapter is None:
        return Subject(ground, None, "")
    added = folders.find(adapter, "adapter")
    _same_base(added, ground)
    _same_quantization(added, recipe["quantization"])
    return Subject(ground, added, "")


def _same_base(adapter: Manifest, base: Manifest) -> None:
    wanted = adapter.details.get("base_digest")
    if wanted is None:
        say(f"warning: {adapter.folder} is no artifact: nothing tells over which base it was made")
    elif wanted != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: this adapter was trained over base {wanted}, but {base.folder} is"
            f" base {base.digest}. Give --base the folder of the former, or train the adapter"
            " again over the latter"
        )


def _same_template(adapter: Manifest, base: Manifest, other: bool) -> None:
    wanted, there = (each.details.get("chat_template_sha256") for each in (adapter, base))
    if not wanted or wanted == there:
        return
    told = (
        f"{adapter.folder}: trained with chat template {wanted}, but {base.folder} has"
        f" {there} (chat_template_sha256); prompts would look different from those in"
        " training."
    )
    if not other:
        raise OilstoneError(f"{told} Train the adapter again over this base, or {_ANYWAY}")
    say(f"warning: {told}")


_ANYWAY = "generate all the same: --set generation.other_prompt=true"


def _same_quantization(adapter: Manifest, asked: str) -> None:
    if adapter.details.get("plain"):
        return
    trained = adapter.details["quantization"] or "none"
    if trained != asked:
        say(
            f"warning: {adapter.folder} was trained over weights in quantization {trained}, the"
            f" recipe's generation.quantization is {asked}"
        )


def _prompt_of_adapter(adapter: Manifest, asked: str | None, other: bool) -> str:
    if adapter.details.get("plain"):
        return _said(adapter, asked)
    trained = str(adapter.details["system_prompt"])
    if asked is None or asked == trained:
        return trained
    told = (
        f"{adapter.folder}: trained with the system prompt {trained!r}, but the recipe's"
        f" generation.system_prompt is {asked!r}."
    )
    if not other:
        raise OilstoneError(f"{told} Remove that key, or {_ANYWAY}")
    say(f"warning: {told}")
    return asked


def prompt_of_served(adapter: Manifest | None, recipe: Mapping[str, Any]) -> str:
    """Return the system prompt to send to a server: that of its adapter, else the recipe's."""
    asked: str | None = recipe["system_prompt"]
    if adapter is None:
        return asked or ""
    return _prompt_of_adapter(adapter, asked, bool(recipe.get("other_prompt")))


def _said(found: Manifest, asked: str | None) -> str:
    """Return the recipe's system prompt, which a folder that is no artifact must be given."""
    if asked is None:
        raise OilstoneError(
            f"{found.folder}: nothing tells its system prompt. Say it: --system-prompt FILE, or"
            " --set generation.system_prompt=TEXT (empty quotes for none)"
        )
    return asked


def _prompt_of_base(base: Manifest, asked: str | None) -> str:
    """Return the recipe's system prompt, else the one of the dataset that the base was made of."""
    if asked is not None:
        return asked
    for item in base.inputs:
        folder = base.folder.resolve() / item["path"]
        if item["kind"] == "dataset" and (folder / "manifest.json").is_file():
            found = artifact.load(folder, "dataset")
            if found.digest == item["digest"]:
                return str(found.details["system_prompt"])
    if base.details.get("plain"):
        return _said(base, asked)
    raise OilstoneError(
        f"{base.folder}: the dataset that tells its system prompt is not where it was. Say it:"
        " --set generation.system_prompt=TEXT (empty quotes for none)"
    )
