"""Files of a folder to `name kind` of every secret, by oilstone-data."""

import sys
from pathlib import Path

from oilstone_data.secrets import find

found = [
    f"{path.name} {finding.kind}"
    for path in sorted(Path(sys.argv[1]).iterdir())
    for finding in find(path.read_bytes())
]
Path(sys.argv[2]).write_text("\n".join(found))
