"""CRM stages beside ours: counted by hand on a few people, and what the words in their names mean."""

import datetime as dt

import pyarrow as pa
import pytest

from clm_core import columns as c
from clm_core.compare import STAGE_A, STAGE_B
from clm_core.crm_stages import compare_with_crm, crm_stages, suggest_meaning
from clm_core.features import load_frames
from clm_core.findings import does_the_crm_agree
from clm_core.frameworks import load_framework
from clm_core.ledger import build_ledger
from clm_core.tables import STAGE_HISTORY, Tables, to_day

STERNE = load_framework("sterne_cutler")
AS_OF = to_day(dt.date(2026, 3, 31))


def history_of(*rows):
    entered = [dt.datetime.fromisoformat(day) for _, _, day in rows]
    return STAGE_HISTORY.check(
        pa.table(
            {
                c.CUSTOMER_ID: pa.array([row[0] for row in rows], pa.string()),
                c.STAGE: pa.array([row[1] for row in rows], pa.string()),
                c.ENTERED_AT: pa.array(entered, pa.timestamp("us")),
                c.DAY: pa.array([to_day(moment.date()) for moment in entered], pa.int32()),
            }
        )
    )


@pytest.fixture
def found(make_orders, make_events, engine):
    """Anna bought lately, Ben long ago; Lea only signed up; Zoe is a customer of whom the CRM knows nothing."""
    tables = Tables(
        make_orders(
            [
                ("anna", "2026-03-01", 10.0),
                ("ben", "2025-01-10", 10.0),
                ("zoe", "2026-02-01", 10.0),
            ]
        ),
        events=make_events(
            [("lea", "2026-01-05", "sign_up"), ("anna", "2026-01-05", "sign_up"), (None, "2026-03-31", "visit")]
        ),
    )
    history = history_of(
        ("anna", "Lead", "2026-01-05"),
        ("anna", "Customer", "2026-03-01"),
        ("ben", "Lead", "2025-01-01"),
        ("ben", "Customer", "2025-01-10"),
        ("lea", "Lead", "2026-01-05"),
        ("lea", "Customer", "2026-04-01"),
        ("nobody", "Customer", "2026-01-01"),
    )
    ledger = build_ledger(load_frames(tables, engine), AS_OF)
    return compare_with_crm(history, ledger, STERNE, suggest_meaning(crm_stages(history), STERNE))


def test_the_latest_crm_stage_of_the_day_stands_beside_ours(found):
    cells = found.comparison.cells.set_index([STAGE_A, STAGE_B])
    assert cells[c.N_CUSTOMERS].to_dict() == {
        ("crm_1", "convert"): 1,  # Anna
        ("crm_1", "lost"): 1,  # Ben, silent for more than a year
        ("crm_0", "acquire"): 1,  # Lea: what is entered after the day does not count
    }
    assert cells["differs"].to_dict() == {
        ("crm_1", "convert"): False,
        ("crm_1", "lost"): True,
        ("crm_0", "acquire"): False,
    }
    assert [stage.name for stage in found.crm.stages] == ["Lead", "Customer"]


def test_a_stage_once_reached_is_a_high_water_mark(found):
    assert (found.n_called_customers, found.n_high_water) == (2, 1)
    told = does_the_crm_agree(found)
    assert told.title == "1 of 2 customers of the CRM have left the path"
    assert told.says.startswith("Of 2 whom the CRM calls customers, 1 (50.0 %) are off the path by what they do. 67 %")


def test_agreement_is_told_for_every_month_with_its_interval(found):
    table = found.agreement.set_index(c.AS_OF)
    assert table.index[0] == dt.date(2025, 1, 31) and table.index[-1] == dt.date(2026, 3, 31)
    assert table.loc[dt.date(2025, 1, 31), [c.N_CUSTOMERS, "n_agree"]].tolist() == [1, 1]
    assert table.loc[dt.date(2026, 3, 31), [c.N_CUSTOMERS, "n_agree"]].tolist() == [3, 2]
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()


def test_the_meaning_of_a_stage_is_guessed_from_its_name():
    meaning = suggest_meaning(["Marketing Qualified Lead", "Customer", "Former customer", "Other"], STERNE)
    assert meaning["Customer"] == ("convert", "retain", "loyal")
    assert meaning["Former customer"] == ("at_risk", "lost")
    assert meaning["Marketing Qualified Lead"] and "convert" not in meaning["Marketing Qualified Lead"]
    assert meaning["Other"] == ()


def test_stages_without_a_meaning_are_left_out_of_the_agreement(make_orders, engine):
    ledger = build_ledger(
        load_frames(Tables(make_orders([("a", "2026-03-01", 1.0)])), engine), to_day(dt.date(2026, 3, 1))
    )
    found = compare_with_crm(history_of(("a", "Other", "2026-01-01")), ledger, STERNE, {"Other": ()})
    assert found.agreement.empty and found.comparison.n_customers == 1 and found.comparison.n_differ == 0
    assert does_the_crm_agree(found).title == "Nothing to compare yet"
