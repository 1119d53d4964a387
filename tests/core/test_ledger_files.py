"""The laws of the ledger on every public file that feeds orders: identities, no look ahead, nobody touches another."""

import pandas as pd
import pyarrow as pa
import pytest

from clm_core import columns as c
from clm_core.engine import collect, open_engine
from clm_core.features import load_frames
from clm_core.frameworks import load_framework
from clm_core.ledger import build_ledger, count_moves
from clm_core.stages import assign_rules
from clm_core.tables import Tables, to_date
from tests.core.test_ledger import check_identities

FILES = (
    "CDNOW_master.txt",
    "uci_online_retail.csv.gz",
    "superstore.csv",
    "clvtools_apparel_transactions.csv",
    "grocery_elog_no_amount.csv",
    "checkout_funnel/orders.csv",
)
FRAMEWORKS = [load_framework(name) for name in ("sterne_cutler", "loyalty_loop")]
STERNE = FRAMEWORKS[0]


@pytest.fixture
def duckdb():
    made = open_engine("duckdb")
    yield made
    made.close()


def rows_of(ledger):
    """Every customer-month with its stage now and before, by customer and month."""
    numbered = assign_rules(assign_rules(ledger.frame, STERNE), STERNE, "previous_", c.PREVIOUS_RULE_NO)
    columns = [c.CUSTOMER_ID, c.PERIOD, c.RULE_NO, c.PREVIOUS_RULE_NO, c.N_ORDERS, c.SPEND_TOTAL]
    return collect(numbered.select(*columns)).sort_values([c.CUSTOMER_ID, c.PERIOD], ignore_index=True)


@pytest.mark.parametrize("name", FILES)
def test_the_laws_hold_on_public_files(name, public_orders, duckdb):
    orders = public_orders(name)
    as_of = max(orders[c.DAY].to_pylist())
    ledger = build_ledger(load_frames(Tables(orders), duckdb), as_of)
    rows = rows_of(ledger)
    n_known = {to_date(ledger.snapshots[period]): n for period, n in rows.groupby(c.PERIOD).size().items()}
    for framework in FRAMEWORKS:
        check_identities(count_moves(ledger, framework), framework, n_known)

    # 30 days fewer and one customer more: nobody else's earlier months change
    kept = orders.filter([day <= as_of - 30 for day in orders[c.DAY].to_pylist()])
    place = kept.column_names.index(c.CUSTOMER_ID)
    newcomer = kept.slice(len(kept) // 2, 1).set_column(place, c.CUSTOMER_ID, pa.array(["somebody else"], pa.string()))
    frames = load_frames(Tables(pa.concat_tables([kept, newcomer])), duckdb)
    shorter = build_ledger(frames, frames.last_day)
    n_whole = shorter.n_full if shorter.is_last_partial else len(shorter.snapshots)
    assert n_whole >= len(ledger.snapshots) - 3 and shorter.snapshots[:n_whole] == ledger.snapshots[:n_whole]
    others = rows_of(shorter)
    others = others[(others[c.CUSTOMER_ID] != "somebody else") & (others[c.PERIOD] < n_whole)]
    pd.testing.assert_frame_equal(others.reset_index(drop=True), rows[rows[c.PERIOD] < n_whole].reset_index(drop=True))
