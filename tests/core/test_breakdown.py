"""The customers behind a number are as many as the number says, however people are told apart."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.breakdown import GROUP, groupings, movers, stage_members, stages_by, with_group
from clm_core.conditions import Test
from clm_core.errors import InputError
from clm_core.features import build_features, load_frames
from clm_core.frameworks import load_framework
from clm_core.ledger import build_ledger, count_moves
from clm_core.personas import Persona
from clm_core.tables import Tables, to_day

STERNE = load_framework("sterne_cutler")
AS_OF = to_day(dt.date(2024, 5, 1))
KEEN = (Persona(name="Keen", rule=Test(feature=c.N_ORDERS, op=">=", value=2.0)),)


@pytest.fixture
def frames(make_orders, make_customers, engine):
    """Twelve buyers c0 … c11 aged 20 to 75 in steps of 5; every third orders twice; c11 has no age and no plan."""
    rows = [(f"c{i}", f"2024-0{i % 3 + 1}-10", 10.0 * i) for i in range(12)]
    rows += [(f"c{i}", "2024-05-01", 1.0) for i in range(0, 12, 3)]
    people = [(f"c{i}", None) for i in range(12)]
    ages = [20.0 + 5 * i for i in range(11)] + [None]
    traits = {
        "plan": ["plus", "Other"] * 5 + ["basic", None],
        "age": ages,
        "n_children": [float(i % 2) for i in range(12)],
    }
    return load_frames(Tables(make_orders(rows), make_customers(people, **traits)), engine)


def test_what_people_can_be_told_apart_by(frames):
    assert [(one.name, one.label) for one in groupings(frames)] == [
        ("persona", "persona"),
        ("cohort_quarter", "quarter of the first order"),
        ("cohort_month", "month of the first order"),
        ("plan", "plan"),
        ("age", "age"),
        ("n_children", "children"),
    ]


@pytest.mark.parametrize(
    ("grouping", "sizes"),
    [
        ("persona", {"Keen": 4, "Everyone else": 8}),
        ("cohort_quarter", {"2024 Q1": 12}),
        ("cohort_month", {"2024-01": 4, "2024-02": 4, "2024-03": 4}),
        ("age", {"up to 30": 3, "over 30 to 45": 3, "over 45 to 55": 2, "over 55": 3, "Unknown": 1}),
        ("n_children", {"0": 6, "1": 6}),
        ("plan", {"plus": 5, "basic": 1, "Other": 5, "Unknown": 1}),
    ],
)
def test_groups_keep_their_own_order_and_everyone_has_one(frames, grouping, sizes):
    grouped = with_group(frames, build_features(frames, AS_OF), grouping, AS_OF, KEEN)
    table = stages_by(grouped.frame, STERNE, GROUP, order=grouped.order)
    found = table.groupby(GROUP, sort=False)[c.N_CUSTOMERS].sum()
    assert list(found.items()) == list(sizes.items())


def test_who_spent_most_comes_first(frames):
    listed = stage_members(build_features(frames, AS_OF), STERNE, "convert")
    assert listed[c.CUSTOMER_ID].tolist() == ["c11", "c10", "c8", "c7", "c5", "c4", "c2", "c1"]
    assert listed.columns.tolist() == [
        *(c.CUSTOMER_ID, c.STAGE, c.N_ORDERS, c.DAYS_SINCE_LAST_ORDER, c.SPEND_TOTAL, c.TENURE_DAYS)
    ]
    assert set(listed[c.STAGE]) == {"convert"}


def test_movers_are_told_as_they_were(frames):
    ledger = build_ledger(frames, AS_OF)
    back = movers(ledger, STERNE, 4, "convert", "retain")
    assert back[[c.CUSTOMER_ID, c.FROM_STAGE, c.TO_STAGE, c.N_ORDERS]].to_numpy().tolist() == [
        [name, "convert", "retain", 2] for name in ("c9", "c6", "c3", "c0")
    ]
    assert movers(ledger, STERNE, 0, "", "convert")[c.CUSTOMER_ID].tolist() == ["c9", "c6", "c3", "c0"]


def test_a_way_the_files_do_not_know_is_refused(frames):
    with pytest.raises(InputError, match="cannot tell people apart") as refused:
        with_group(frames, build_features(frames, AS_OF), "colour", AS_OF)
    assert refused.value.allowed.startswith("persona, cohort_quarter")


@settings(max_examples=3)
@given(data=st.data())
def test_behind_every_number_are_as_many_customers(data, shops, both_engines):
    tables = data.draw(shops)
    as_of = max(tables.orders[c.DAY].to_pylist())
    frames = load_frames(tables, data.draw(st.sampled_from(both_engines)))
    today, ledger = build_features(frames, as_of), build_ledger(frames, as_of)
    grouping = data.draw(st.sampled_from(groupings(frames)))
    grouped = with_group(frames, today, grouping.name, as_of, KEEN)
    table = stages_by(grouped.frame, STERNE, GROUP, n_groups=1, order=grouped.order)
    for row in table[table[c.N_CUSTOMERS] > 0].head(4).itertuples():
        listed = stage_members(grouped.frame, STERNE, row.stage, row.group, table[GROUP].unique())
        assert len(listed) == row.n_customers and listed[c.CUSTOMER_ID].is_unique
    moves = count_moves(ledger, STERNE)
    for row in moves.tail(3).itertuples():
        listed = movers(ledger, STERNE, ledger.dates.index(row.as_of), row.from_stage, row.to_stage)
        assert len(listed) == row.n_customers and listed[c.CUSTOMER_ID].is_unique
