"""How much a text looks like what people write: the judge between encodings that can all read the same bytes.

Every sign beyond ASCII is looked at with its neighbours. A letter counts for a reading when its word is of one script, keeps to
lower or upper case and has vowels where words have them; a currency sign counts when a digit stands beside it; line-drawing
signs, symbols inside words and control characters count against it. Letters of one language together count most.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LANGUAGES = (
    "äöüß",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü",  # Spanish
    "ãáàâçéêíóôõú",  # Portuguese
    "àèéìòù",  # Italian
    "åäöé",  # Swedish, Finnish
    "æøåé",  # Danish, Norwegian
    "áðéíóúýþæö",  # Icelandic
    "ąćęłńóśźż",  # Polish
    "áäčďéěíľňóôřšťúůýž",  # Czech, Slovak
    "ăâîşţșț",  # Romanian
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovenian
    "çğıöşü",  # Turkish
)
_WESTERN = frozenset("".join(_LANGUAGES[:8]))
_MIXED = 0.8  # what a share of letters counts for when only the western languages together hold them
_VOWELS = frozenset("aeiouyæøœıəаеёиоуыэюяіїєαεηιουω")
_WORD = re.compile(r'[^ \t\r\n,;|"]*[^\x00-\x7f][^ \t\r\n,;|"]*')
# a sign → where it stands in written text: a letter, a digit, or nothing ( ) to its left and right, "." for anything
_PLACES = {
    "€£¥₽₺₴": "[9_].|.[9_]",
    "‘“„«¿¡": "_a|_9",
    "”»": "a_|9_|__",
    "–—": "__|99|9_|_9",
    "…": "a_|9_",
    "°": "9.",
    "ºª": "9.|a_",
    "®™©": "a_|9_|__|_9",
    "½¼¾": "9_|__",
    "×": "99|__",
    "§№": "_9|__",
    "·•": "__|_a|aa",
    "\u00a0": "9.|.9|aa",
}
_PLACE_OF = {sign: re.compile(places) for signs, places in _PLACES.items() for sign in signs}
_APOSTROPHE = re.compile(r"’(s|t|d|m|ll|re|ve)?\b|\b(c|d|j|l|m|n|o|qu|s|t)’", re.IGNORECASE)
_POWERS = re.compile(r"[cdkm]?m|\d")


def legibility(text: str) -> float:
    """The mean evidence of the words with signs beyond ASCII: about 2 for writing, below 0 for a wrong reading."""
    words = dict.fromkeys(_WORD.findall(text))
    if not words:
        return 0.0
    evidence = [_evidence(f" {word} ", i) for word in words for i, sign in enumerate(word, 1) if sign > "\x7f"]
    letters = [sign for word in words for sign in word.lower() if sign > "\x7f" and sign.isalpha()]
    return sum(evidence) / len(evidence) + _coherence(letters) * len(letters) / len(evidence)


def _coherence(letters: list[str]) -> float:
    """The share of letters that one language has."""
    if not letters:
        return 0.0
    counts = {letter: letters.count(letter) for letter in set(letters)}
    shares = [sum(n for letter, n in counts.items() if letter in language) for language in _LANGUAGES]
    shares += [sum(n for letter, n in counts.items() if _script(letter) == script) for script in ("cyrillic", "greek")]
    mixed = sum(n for letter, n in counts.items() if letter in _WESTERN)
    return max(*shares, _MIXED * mixed) / len(letters)


def _evidence(word: str, i: int) -> float:
    left, sign, right = word[i - 1], word[i], word[i + 1]
    if sign.isalpha() and sign not in "ªº":
        return _letter_evidence(word, i)
    if sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Cn", "Co"):
        return -4.0
    if "\u2500" <= sign <= "\u259f":
        return -2.0
    if sign in "²³":
        return 2.0 if _POWERS.fullmatch(left) else -1.5
    if sign == "’":
        return 2.2 if _APOSTROPHE.search(word[max(0, i - 3) : i + 4]) else -1.5
    place = _kind(left) + _kind(right)
    if sign in _PLACE_OF:
        return 2.0 if _PLACE_OF[sign].fullmatch(place) else -1.5
    return -0.5 - place.count("a") / 2


def _kind(sign: str) -> str:
    return "a" if sign.isalpha() else "9" if sign.isdigit() else "_"


def _letter_evidence(word: str, i: int) -> float:
    left, sign, right = word[i - 1], word[i], word[i + 1]
    beside = [other for other in (left, right) if other.isalpha()]
    points = 1.0 - 2.0 * sum(_script(other) != _script(sign) for other in beside)
    # ß stands in capitals too
    breaks_case = (left.islower() and sign.isupper()) or (sign.islower() and right.isupper() and sign != "ß")
    points -= 1.5 * breaks_case + 1.0 * (left.isdigit() or right.isdigit())
    if not beside:
        return points - 0.5
    vowels = [_is_vowel(other) for other in beside]
    is_unlikely = all(vowels) if _is_vowel(sign) else not any(vowels)
    return points - 0.7 * (len(beside) == 2 and is_unlikely)


@cache
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWELS


@cache
def _script(letter: str) -> str:
    """The script a letter belongs to, by its Unicode name: latin, cyrillic, greek, …"""
    return unicodedata.name(letter, "?").split()[0].lower()
