"""All pairs of texts whose sets of word 5-grams have a Jaccard similarity of at least 0.7.

Words by Python's own pattern, sets as Python's, all overlaps from one sparse matrix product.
"""

import json
import re
import sys

import numpy as np
import scipy.sparse as sparse

numbers: dict[tuple[str, ...], int] = {}
columns, ends = [], [0]
with open(sys.argv[1], encoding="utf-8") as lines:  # noqa: PTH123 - a script of a few lines
    for line in lines:
        words = re.findall(r"\w+", json.loads(line)["completion"].lower())
        grams = {tuple(words[i : i + 5]) for i in range(max(len(words) - 4, min(len(words), 1)))}
        columns.extend(numbers.setdefault(gram, len(numbers)) for gram in grams)
        ends.append(len(columns))
shape = (len(ends) - 1, len(numbers))
texts = sparse.csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape)
sizes = np.diff(texts.indptr)
texts = texts[:, np.bincount(texts.indices, minlength=shape[1]) > 1].tocsr()
other = texts.T.tocsr()
found = [np.empty((0, 2), np.int64)]
for start in range(0, shape[0], 200):
    both = (texts[start : start + 200] @ other).tocoo()
    one, two, shared = both.row.astype(np.int64) + start, both.col.astype(np.int64), both.data
    near = (one > two) & (10 * shared >= 7 * (sizes[one] + sizes[two] - shared))
    found.append(np.stack([one[near], two[near]], axis=1))
np.save(sys.argv[2], np.concatenate(found))
