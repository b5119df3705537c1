"""A configuration, looked at with Axolotl's own eyes: `python -m oilstone_train.engine.check`.

Reads {"config", "machine"} as JSON on stdin and writes the list of problems as JSON on stdout.
"""

import json
import sys
from typing import Any

from oilstone_train import lint

TORCH = {"torch_version": "2.13.0"}  # what a GPU machine has; Axolotl 0.19 asks for 2.11 to 2.13


def problems(config: dict[str, Any], machine: dict[str, Any] | None = None) -> list[str]:
    """Return the keys that Axolotl would drop and the values that it would refuse.

    `machine`: capabilities of the GPU that it is to take for there; None for this machine.
    """
    from axolotl.utils.schemas.config import AxolotlInputConfig
    from axolotl.utils.schemas.datasets import SFTDataset

    known, of_dataset = set(AxolotlInputConfig.model_fields), set(SFTDataset.model_fields)
    return lint.unknown(config, known, of_dataset) or _refused(config, machine)


def _refused(config: dict[str, Any], machine: dict[str, Any] | None) -> list[str]:
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault
    from pydantic import ValidationError

    bare = DictDefault({key: value for key, value in config.items() if key != "plugins"})
    try:
        validate_config(bare, *((machine, TORCH) if machine else ()))
    except ValidationError as error:
        return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    except ValueError as error:
        return [str(error)]
    return []


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps(problems(asked["config"], asked["machine"])))
