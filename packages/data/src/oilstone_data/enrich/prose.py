"""Is a text written in a language? By its letters, and by its commonest words."""

from __future__ import annotations

import re

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`|\$[^$]*\$", re.DOTALL)
_COMMONEST = {
    "en": """
        the a an of to in is are be was and or that this it we for with as on by if so can will not
        have has from at you i then which each all our need
    """
}
_COMMON = {language: frozenset(words.split()) for language, words in _COMMONEST.items()}
_LETTERS, _WORDS = 0.9, 0.15  # least shares, of English letters and of common words
_FEW = 12  # words below which shares mean nothing


def written_in(text: str, language: str) -> bool:
    """Tell whether the prose of a text (its code and formulas taken out) is in `language`.

    At least 90 % of its letters are of the Latin alphabet without accents and, from 12 words on,
    15 % of the words are among the language's commonest.
    """
    prose = _CODE.sub(" ", text)
    letters = [letter for letter in prose if letter.isalpha()]
    if not letters or sum(map(str.isascii, letters)) < _LETTERS * len(letters):
        return False
    words = re.findall(r"[a-z']+", prose.lower())
    common = sum(word in _COMMON[language] for word in words)
    return len(words) < _FEW or common >= _WORDS * len(words)
