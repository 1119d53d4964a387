"""How many keys match, and what is said when few do."""

import pytest

from clm_core.joins import match_keys
from clm_core.tables import Tables


def matched(make_orders, make_customers, buyers, people):
    orders = make_orders([(who, "2026-01-01", 5.0) for who in buyers])
    (match,) = match_keys(Tables(orders, customers=make_customers([(who, "2026-01-01") for who in people])))
    return match


def test_keys_are_counted_once_and_against_the_orders(make_orders, make_customers):
    match = matched(make_orders, make_customers, ["ann", "ann", "bob", "cy"], ["ann", "bob", "dee", "eve"])
    assert (match.kind, match.n_keys, match.n_matched, match.share, match.hint) == ("customers", 4, 2, 0.5, "")


@pytest.mark.parametrize(
    ("buyers", "people", "hint"),
    [
        (["ANN", "BOB"], ["ann", "bob"], "2 more keys would match: they differ in capital letters."),
        (["007", "012"], ["7", "12"], "2 more keys would match: they differ in leading zeros."),
        (
            ["ann@example.com"],
            ["7001"],
            "This file names people by another id, the orders by e-mail: choose the same kind of column in both.",
        ),
        (["ann", "bob"], ["cy", "dee"], "Do both files belong to the same shop and period?"),
    ],
)
def test_poor_matches_are_explained(make_orders, make_customers, buyers, people, hint):
    match = matched(make_orders, make_customers, buyers, people)
    assert (match.n_matched, match.hint) == (0, hint)


def test_people_without_a_key_are_no_key(make_orders, make_events):
    orders = make_orders([("ann", "2026-01-01", 5.0)])
    events = make_events([(None, "2026-01-01", "visit"), ("ann", "2026-01-02", "visit")])
    (match,) = match_keys(Tables(orders, events=events))
    assert (match.n_keys, match.n_matched) == (1, 1)
    (match,) = match_keys(Tables(orders, events=make_events([(None, "2026-01-01", "visit")])))
    assert (match.n_keys, match.share, match.hint) == (0, 0.0, "")


def test_orders_alone_have_nothing_to_match(make_orders):
    assert match_keys(Tables(make_orders([("ann", "2026-01-01", 5.0)]))) == ()
