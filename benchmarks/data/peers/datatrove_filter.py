"""datatrove: JsonlReader, a filter with reasons, JsonlWriter. IN OUT"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from seed_rules import reason


class Rules(BaseFilter):
    name = "rules"

    def filter(self, doc):
        why = reason(doc.text)
        return True if why is None else (False, why)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    reader = JsonlReader(str(source.parent), glob_pattern=source.name, text_key="content")
    writer = JsonlWriter(f"{target}/kept", compression=None)
    steps = [reader, Rules(), writer]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{target}/logs").run()
