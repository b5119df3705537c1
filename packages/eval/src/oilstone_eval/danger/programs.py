"""The program that a shell is told to run."""

from collections.abc import Mapping, Sequence

from oilstone_eval.danger.marks import UNKNOWN
from oilstone_eval.danger.places import file_key


def program_of(args: Sequence[str], files: Mapping[str, str]) -> tuple[str | None, Sequence[str]]:
    """Return a shell's program, given by -c or in a known file, and its positional words.

    UNKNOWN for a file whose content is not known; None when the program is the shell's input.
    """
    for place, word in enumerate(args):
        if word.startswith("-") and not word.startswith("--") and "c" in word and args[place + 1 :]:
            return args[place + 1], args[place + 2 :]
        if word[:1] in "-+" or (place and args[place - 1] in ("-o", "-O")):
            continue
        if file_key(word) in files:
            return files[file_key(word)], args[place:]
        if word != "/dev/stdin":
            return UNKNOWN, ()
    return None, ()
