"""Signatures over a whole hand-over with a local key: model-signing's format, no network."""

from pathlib import Path
from typing import Any

from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError


def sign(content: Path, signature: Path, key: Path) -> None:
    """Sign a folder with an elliptic-curve private key (PEM); raises MissingTool, OilstoneError."""
    signing = _library("signing")
    if not key.is_file():
        raise OilstoneError(f"{key}: no private key there; name a PEM file")
    try:
        config = signing.Config().use_elliptic_key_signer(private_key=key)
        config.sign(content, signature)
    except (ValueError, TypeError) as error:
        raise OilstoneError(f"{key}: cannot sign with it: {error}") from error


def check(content: Path, signature: Path, key: Path) -> None:
    """Raise CheckFailed unless the folder is what the owner of this public key signed."""
    verifying = _library("verifying")
    if not key.is_file():
        raise OilstoneError(f"{key}: no public key there; name a PEM file")
    if not signature.is_file():
        raise CheckFailed("refused: a public key was given, but the archive is not signed")
    try:
        verifying.Config().use_elliptic_key_verifier(public_key=key).verify(content, signature)
    except Exception as error:  # the library raises many kinds; each means: not this signature
        raise CheckFailed(f"refused: the signature does not hold under {key}: {error}") from error


def _library(part: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"model_signing.{part}")
    except ModuleNotFoundError as error:
        raise MissingTool(
            "signatures need model-signing: pip install 'oilstone-registry[sign]'"
        ) from error
