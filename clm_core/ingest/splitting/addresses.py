"""E-mail addresses taken out at the door: a cell that is one becomes its SHA-256, one inside a longer text is blotted out.

The hash is taken of the address in lower case without blanks, as advertising platforms take it, so that tables hashed
here still join with each other and with theirs.
"""

from __future__ import annotations

import re

from clm_core.ingest.query import literal

BLOT = "[e-mail]"
# an at sign is written as %40 inside links
_AT, _DOMAIN = "(?:@|%40)", r"[\p{L}\p{N}.-]+\.\p{L}{2,}"
_ADDRESS = rf"[^\s@<>()\[\],;:\"/=?&|%]+{_AT}{_DOMAIN}"
# alone in its cell: between quotation marks or brackets, behind "mailto:" or the name of a person
_ALONE = rf"(?i)^[\s\x{{00A0}}'\"]*(?:mailto:|[^@<>,;:]*<)?([^\s@<>()\[\],;:\"]+{_AT}{_DOMAIN})>?['\"\s\x{{00A0}}]*$"
_PYTHON_ADDRESS = re.compile(_ADDRESS.replace(r"\p{L}\p{N}", r"\w").replace(r"\p{L}", r"[^\W\d_]"), re.IGNORECASE)

ADDRESS_MACROS = (
    f"""create macro hashed(x) as case when not contains(x, '@') and not contains(x, '%40') then x
        when regexp_matches(x, {literal(_ALONE)})
            then sha256(lower(replace(regexp_extract(x, {literal(_ALONE)}, 1), '%40', '@')))
        else regexp_replace(x, {literal("(?i)" + _ADDRESS)}, {literal(BLOT)}, 'g') end""",
)


def blotted(text: str) -> str:
    """The text with every e-mail address in it blotted out."""
    return _PYTHON_ADDRESS.sub(BLOT, text)
