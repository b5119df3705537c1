import errno
from pathlib import Path

import pytest

from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError
from oilstone_train import died

FULL = OSError(errno.ENOSPC, "No space left on device")


def wrapped(cause: BaseException) -> RuntimeError:
    error = RuntimeError("[enforce fail at inline_container.cc] file write failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [FULL, OSError(errno.EDQUOT, "quota"), wrapped(FULL), wrapped(wrapped(FULL)),
     Exception("I/O error: No space left on device (os error 28)")],
)  # fmt: skip
def test_a_full_disk_is_known_in_whatever_words(error: Exception, tmp_path: Path) -> None:
    told = died.told(error, tmp_path)
    assert told["code"] == MissingTool.code
    assert f"{tmp_path}: no space left on the disk. Free some" in told["message"]


@pytest.mark.parametrize("error", [OilstoneError("x"), CheckFailed("x"), MissingTool("x")])
def test_our_own_errors_keep_their_code(error: OilstoneError, tmp_path: Path) -> None:
    assert died.told(error, tmp_path) == {"code": error.code, "message": "x"}


@pytest.mark.parametrize("error", [ValueError("x"), wrapped(ValueError("y")), OSError(13, "no")])
def test_anything_else_is_a_crash(error: Exception, tmp_path: Path) -> None:
    assert died.told(error, tmp_path)["code"] == died.CRASH
