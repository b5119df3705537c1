"""A configuration, looked at with Axolotl's own eyes: `python -m oilstone_train.engine.check`.

Reads YAML on stdin and writes the list of problems as JSON on stdout.
"""

import json
import sys
from typing import Any

import yaml

from oilstone_train import lint


def problems(config: dict[str, Any]) -> list[str]:
    """Return the keys that Axolotl would drop and the values that it would refuse."""
    from axolotl.utils.schemas.config import AxolotlInputConfig
    from axolotl.utils.schemas.datasets import SFTDataset

    known, of_dataset = set(AxolotlInputConfig.model_fields), set(SFTDataset.model_fields)
    return lint.unknown(config, known, of_dataset) or _refused(config)


def _refused(config: dict[str, Any]) -> list[str]:
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault
    from pydantic import ValidationError

    try:
        validate_config(DictDefault({k: v for k, v in config.items() if k != "plugins"}))
    except ValidationError as error:
        return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    except ValueError as error:
        return [str(error)]
    return []


if __name__ == "__main__":
    found = problems(yaml.safe_load(sys.stdin))
    print(json.dumps(found))
