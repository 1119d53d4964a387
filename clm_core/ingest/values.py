"""Text cells as ids and numbers, in SQL: one macro for each reading, loaded into every workspace."""

from __future__ import annotations

import re

from clm_core.ingest.aliases import CURRENCY_CODES, CURRENCY_OF_SIGN


def quoted(name: str) -> str:
    """An identifier, safe inside SQL whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal, safe inside SQL whatever it contains."""
    return "'" + text.replace("'", "''") + "'"


_SPACES = r"[\s\x{00A0}\x{202F}\x{2009}'’]"
_MONEY_WORDS = sorted([*CURRENCY_OF_SIGN, *CURRENCY_CODES, "kr", "Ft", "lei", "Rs.", "kr."], key=len, reverse=True)
MONEY = "(?:" + "|".join(re.escape(word).replace("\\ ", " ") for word in _MONEY_WORDS) + r"|\p{Sc})"
# sign or bracket, currency, sign, digits, currency, trailing sign or bracket
_AMOUNT = rf"(?i)^([(]?[-−+]?)({MONEY})?([-−+]?)([0-9][0-9.,]*|[.,][0-9]+)({MONEY})?([-−]?[)]?)$"
_GROUPED = r"([0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}|[0-9]*)([.][0-9]*)?"

VALUE_MACROS = (
    # a cell without the blanks around it and the apostrophe spreadsheets put before text; most cells need no trimming
    """create macro trimmed(x) as
        nullif(ltrim(trim(x, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''''), '')""",
    """create macro cell(x) as case when ascii(x) between 40 and 159
        then case when right(x, 1) > ' ' and right(x, 1) <> chr(160) then x else trimmed(x) end
        else trimmed(x) end""",
    # words for "nothing" are short: longer cells are not compared with them
    """create macro unless_void(x) as case when lower(x) in
        ('na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', 'nat', '-', '--', '---') then null else x end""",
    """create macro known(x) as case when strlen(x) > 12 then cell(x) else unless_void(cell(x)) end""",
    """create macro id_of(x) as case when contains(x, '@') then lower(known(x)) else known(x) end""",
    """create macro finite(x) as case when isfinite(try_cast(x as double)) then try_cast(x as double) end""",
    # digits grouped in twos and threes by commas and a decimal point, or nothing
    f"""create macro grouped(x) as
        case when regexp_full_match(x, {literal(_GROUPED)}) then try_cast(replace(x, ',', '') as double) end""",
    # what does not have the shape of an amount comes back unchanged, and then is no number
    f"""create macro digits_of(x) as
        regexp_replace(regexp_replace(x, {literal(_SPACES)}, '', 'g'), {literal(_AMOUNT)}, '\\4')""",
    """create macro sign_of(x) as case when regexp_matches(x, '[(−-]') then -1 else 1 end""",
    # a mark that does not fit the decimal sign gives nothing: reading 12,50 as 1250 would be worse than setting it aside
    """create macro number_point(x) as coalesce(finite(x), grouped(digits_of(x)) * sign_of(x))""",
    """create macro number_comma(x) as
        coalesce(case when not contains(x, '.') then finite(replace(x, ',', '.')) end,
                 grouped(translate(digits_of(x), '.,', ',.')) * sign_of(x))""",
)


def number(cell: str, decimal: str) -> str:
    """SQL that reads the number in an expression of text, null where there is none."""
    macro = "number_comma" if decimal == "," else "number_point"
    return f"{macro}(known({cell}))"
