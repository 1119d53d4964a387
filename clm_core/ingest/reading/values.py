"""Text cells as ids and numbers, in SQL: one macro for each reading, loaded into every workspace."""

from __future__ import annotations

import re

from clm_core.ingest.aliases import CURRENCY_CODES, CURRENCY_OF_SIGN
from clm_core.ingest.query import literal

_SPACE = r"[\s\x{00A0}\x{202F}\x{2009}'’]"
# blanks between digits stand before groups of three; "12 50" is no number
_MISPLACED = rf"[0-9]{_SPACE}+[0-9]{{1,2}}([^0-9]|$)|[0-9]{_SPACE}+[0-9]{{4}}|[0-9]{{4}}{_SPACE}+[0-9]"
_MONEY_WORDS = [*CURRENCY_OF_SIGN, *CURRENCY_CODES, "Rs.", "kr.", "руб.", "лв."]
MONEY = "(?:" + "|".join(re.escape(word) for word in sorted(_MONEY_WORDS, key=len, reverse=True)) + r"|\p{Sc})"
_MINUS = "-−–"
# sign or bracket, currency, sign, digits, sign, currency, sign or bracket; "USD $12" names its currency twice
_AMOUNT = (
    rf"(?i)^([(]?[{_MINUS}+]?)({MONEY}{{0,2}})([{_MINUS}+]?)([0-9][0-9.,]*|[.,][0-9]+)"
    rf"([{_MINUS}]?)({MONEY}{{0,2}})([{_MINUS}]?[)]?)$"
)
# shops that print prices for web pages export them so
_ENTITIES = {
    "&nbsp;": " ", "&#160;": " ", "&euro;": "€", "&#8364;": "€", "&pound;": "£", "&#163;": "£", "&yen;": "¥", "&#165;": "¥",
    "&dollar;": "$", "&#36;": "$", "&#8377;": "₹", "&#122;&#322;": "zł", "&#75;&#269;": "Kč", "&minus;": "−", "&ndash;": "–",
}  # fmt: skip
_GROUPED = r"([0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}|[0-9]*)([.][0-9]*)?"


def _decoded(name: str) -> str:
    for entity, sign in _ENTITIES.items():
        name = f"replace({name}, {literal(entity)}, {literal(sign)})"
    return name


def _folded(name: str) -> str:
    """The same with one sign for all currencies and one for every minus: three steps, where a planner would stumble over fourteen."""
    entities: dict[str, list[str]] = {" ": [], "-": [], "$": []}
    for entity, sign in _ENTITIES.items():
        entities[" " if sign == " " else "-" if sign in _MINUS else "$"].append(re.escape(entity))
    for sign, alike in entities.items():
        name = f"regexp_replace({name}, {literal('|'.join(alike))}, {literal(sign)}, 'g')"
    return name


_EMAIL = r"^(?:.*<)?\s*(?:mailto:)?([^<>\s]+@[^<>\s]+?)>?$"

# the letters of a number are money, an entity or an exponent
_MAYBE_NUMBER = rf"(?i)(?:[^a-z]|{MONEY}|&[a-z]+;|e)*"
PLAIN_ID = "[#A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*|[a-z0-9._+-]+@[a-z0-9._-]+"
"""An id or an address that stands for itself: nothing to trim, to fold or to write out, and no word for nothing."""
SCIENTIFIC = "([0-9])(?:[.,]([0-9]+))?[eE][+]([0-9]{1,2})"

_BLANKS = literal(" \t\n\r\u00a0")

VALUE_MACROS = (
    # a cell without the blanks around it and the apostrophe spreadsheets put before text; most cells need no trimming
    f"""create macro trimmed(x) as nullif(ltrim(trim(x, {_BLANKS}), ''''), '')""",
    """create macro cell(x) as
        case when ascii(x) between 40 and 159 and right(x, 1) > ' ' and right(x, 1) <> '\u00a0' then x else trimmed(x) end""",
    # words for "nothing" are short and begin with a blank, a sign or an n: other cells are not compared with them
    """create macro known(x) as case when strlen(x) <= 12 and (ascii(x) < 48 or ascii(x) in (78, 110, 160)) and lower(trimmed(x)) in
        ('na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', 'nat', '-', '--', '---') then null else cell(x) end""",
    # Ann <mailto:Ann@x.com> and ann@x.com are one address; takes a cell that is cleaned already
    f"""create macro id_of(x) as case when contains(x, '@')
        then regexp_replace(lower(x), {literal(_EMAIL)}, '\\1') else x end""",
    # 1.234E+3 is 1234; of 4.91512E+12 the last digits are lost, so it stays what it is
    f"""create macro power(x) as try_cast(regexp_extract(x, {literal(SCIENTIFIC)}, 3) as int)""",
    f"""create macro decimals(x) as regexp_extract(x, {literal(SCIENTIFIC)}, 2)""",
    f"""create macro written_out(x) as case
        when contains(x, '+') and regexp_full_match(x, {literal(SCIENTIFIC)}) and length(decimals(x)) >= power(x)
            and rtrim(substr(decimals(x), power(x) + 1), '0') = ''
        then regexp_extract(x, {literal(SCIENTIFIC)}, 1) || left(decimals(x), power(x)) else x end""",
    """create macro finite(x) as case when isfinite(try_cast(x as double)) then try_cast(x as double) end""",
    # digits grouped in twos and threes by commas and a decimal point, or nothing
    f"""create macro grouped(x) as
        try_cast(replace(regexp_extract(x, {literal(f"^(?:{_GROUPED})$")}), ',', '') as double)""",
    f"""create macro decoded(x) as case when contains(x, '&') then {_decoded("x")} else x end""",
    f"""create macro folded(x) as case when contains(x, '&') then {_folded("x")} else x end""",
    # what does not have the shape of an amount comes back unchanged, and then is no number
    f"""create macro digits_of(x) as case when not regexp_matches(folded(x), {literal(_MISPLACED)})
        then regexp_replace(regexp_replace(folded(x), {literal(_SPACE)}, '', 'g'), {literal(_AMOUNT)}, '\\4') end""",
    f"""create macro sign_of(x) as case when regexp_matches(folded(x), '[({_MINUS[1:]}-]') then -1 else 1 end""",
    # a mark that does not fit the decimal sign gives nothing: reading 12,50 as 1250 would be worse than setting it aside
    """create macro number_point(x) as coalesce(finite(x), grouped(digits_of(x)) * sign_of(x))""",
    """create macro number_comma(x) as
        coalesce(case when not contains(x, '.') then finite(replace(x, ',', '.')) end,
                 grouped(translate(digits_of(x), '.,', ',.')) * sign_of(x))""",
)


def number(cell: str, decimal: str) -> str:
    """SQL that reads the number in a cell that is cleaned already, null where there is none."""
    return f"number_comma({cell})" if decimal == "," else f"number_point({cell})"


def is_maybe_number(cell: str) -> str:
    """SQL that is true of every cell that is a number in some notation, and of few others."""
    return f"regexp_matches({cell}, '[0-9]') and regexp_full_match({cell}, {literal(_MAYBE_NUMBER)})"
