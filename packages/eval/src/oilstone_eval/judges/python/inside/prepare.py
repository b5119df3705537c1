"""Imports once, in the zygote, what most programs import: each job then has it for nothing.

Not threading, random or what imports them: they do something at every fork. Nor dataclasses and
hashlib, with all that comes with them: every job would copy more than the few that use them save.
"""

import array
import bisect
import collections
import copy
import datetime
import decimal
import enum
import fractions
import functools
import heapq
import io
import itertools
import json
import math
import operator
import re
import site
import string
import time
import typing

from oilstone_eval.judges.python.inside import candidate, stdio

LOADED = (
    array, bisect, candidate, collections, copy, datetime, decimal, enum, fractions, functools,
    heapq, io, itertools, json, math, operator, re, stdio, string, time, typing,
)  # fmt: skip

# exit() and quit(), which a Python without its site module lacks.
site.setquit()
