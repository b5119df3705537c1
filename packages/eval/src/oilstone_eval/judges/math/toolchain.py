"""What judging final answers needs of this machine: nothing, and math-verify for symbols."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Toolchain:
    """`math_verify`: its version; None where it is not installed."""

    math_verify: str | None

    @property
    def versions(self) -> Mapping[str, str]:
        """What verdicts depend on."""
        return {"math-verify": self.math_verify or "not installed"}

    @property
    def shown(self) -> Mapping[str, str]:
        """Nothing runs in a sandbox."""
        return {}


def find() -> Toolchain:
    """Look for math-verify, without importing it."""
    try:
        return Toolchain(version("math-verify"))
    except PackageNotFoundError:
        return Toolchain(None)
