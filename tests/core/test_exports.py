"""CSV on its way out: nothing that a spreadsheet would run, numbers as they are."""

import csv
import io

import pandas as pd
import pytest

from clm_core.exports import neutralise, to_csv


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =HYPERLINK(1)",
        "\n=1",
        " \t=1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Anna", "a=b", "1-2", "c@example.org", "'=1", "(5)", "#12", " Anna"])
def test_other_text_is_left_alone(text):
    assert neutralise(text) == text


def test_numbers_stay_numbers_and_strings_are_made_safe():
    frame = pd.DataFrame(
        {
            "=name": ["=cmd|' /C calc'!A0", "Zoë, “the shop”", None],
            "spend": [-12.5, 0.1 + 0.2, float("nan")],
            "n": pd.array([-1, None, 3], dtype="Int64"),
            "is_new": [True, False, True],
            "kind": pd.Categorical(["-x", "y", None]),
        }
    )
    rows = list(csv.reader(io.StringIO(to_csv(frame))))
    assert rows == [
        ["'=name", "spend", "n", "is_new", "kind"],
        ["'=cmd|' /C calc'!A0", "-12.5", "-1", "True", "'-x"],
        ["Zoë, “the shop”", "0.3", "", "False", "y"],
        ["", "", "3", "True", ""],
    ]
    assert list(frame) == ["=name", "spend", "n", "is_new", "kind"], "the frame given is left as it was"
    assert frame["=name"][0].startswith("=")


def test_lines_end_alike_everywhere_and_money_keeps_its_cents():
    assert to_csv(pd.DataFrame({"a": [8300065.81, 9_999_999_999_999.99]})) == "a\n8300065.81\n9999999999999.99\n"


def test_text_with_commas_quotes_and_newlines_comes_back():
    text = ['a,"b"', "two\nlines", "; semicolon"]
    assert pd.read_csv(io.StringIO(to_csv(pd.DataFrame({"t": text}))))["t"].tolist() == text


def test_an_empty_frame_keeps_its_header():
    assert to_csv(pd.DataFrame({"a": [], "b": []})) == "a,b\n"
