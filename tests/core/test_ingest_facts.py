"""Public data sets give the figures that were counted independently of this project."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from clm_core.errors import InputError
from clm_core.ingest import import_table, inspect

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project")

SUPERSTORE = (9_994, 0, 5_009, 0, 793, 2_297_200.86)
FACTS = {
    "CDNOW_master.txt": (69_659, 0, 69_659, 0, 23_570, 2_500_315.63),
    "CDNOW_sample.txt": (6_919, 0, 6_919, 0, 2_357, 244_091.94),
    "uci_online_retail.csv.gz": (541_909, 135_080, 18_536, 3_654, 4_372, 8_300_065.81),
    "superstore.csv": SUPERSTORE,
    "encodings/superstore_cp1252.csv": SUPERSTORE,
    "clvtools_apparel_transactions.csv": (3_187, 0, 3_187, 0, 600, 124_356.90),
    "grocery_elog_no_amount.csv": (10_483, 0, 10_483, 0, 1_525, None),
}


@pytest.mark.parametrize("name", FACTS)
def test_rows_orders_customers_and_revenue_of_public_data(name, public_import):
    rows_read, rows_set_aside, n_purchases, n_credit_notes, n_customers, revenue = FACTS[name]
    result = public_import(name)
    orders = result.table
    assert (result.rows_read, result.rows_set_aside) == (rows_read, rows_set_aside)
    assert result.rows_kept == rows_read - rows_set_aside
    assert pc.sum(orders["is_purchase"]).as_py() == n_purchases
    assert pc.sum(pc.less(orders["amount"], 0)).as_py() in (n_credit_notes, None)
    assert pc.count_distinct(orders["customer_id"]).as_py() == n_customers
    total = pc.sum(orders["amount"]).as_py()
    assert total is None if revenue is None else total == pytest.approx(revenue, abs=0.005)


def test_wholesale_ids_lose_the_spreadsheets_point_zero(public_orders):
    orders = public_orders("uci_online_retail.csv.gz")
    assert "17850" in set(orders["customer_id"].to_pylist())
    assert orders.column_names[-2:] == ["country", "product"]


def test_superstore_columns_find_their_roles():
    columns = import_table([DATA / "superstore.csv"]).mapping.columns
    assert columns == {
        "customer_id": "Customer ID",
        "ordered_at": "Order Date",
        "order_id": "Order ID",
        "amount": "Sales",
        "quantity": "Quantity",
        "discount": "Discount",
        "product": "Product Name",
        "category": "Category",
        "country": "Country",
        "segment": "Segment",
    }


def test_funnel_orders_without_user_are_set_aside():
    result = import_table([DATA / "checkout_funnel" / "orders.csv"])
    assert (result.rows_read, result.rows_set_aside) == (707, 106)
    assert result.mapping.columns["amount"] == "net_amount"


@pytest.mark.parametrize("path", sorted((DATA / "encodings").glob("*")), ids=lambda path: path.name)
def test_every_encoding_opens(path):
    inspection = inspect([path])
    assert inspection.n_rows >= 5
    assert {column.name for column in inspection.columns} & {"日付", "Customer ID"}


@pytest.mark.parametrize("name", ["sales.csv", "sales.xlsx", "uriage_cp932.csv", "uriage_utf16le.csv"])
def test_sales_without_customers_are_refused_clearly(name):
    with pytest.raises(InputError, match=r"was recognised as 'Customer'(.|\n)*日付, 店舗"):
        import_table([DATA / "encodings" / name])


def test_funnel_events_are_folded_to_known_kinds():
    result = import_table([DATA / "checkout_funnel" / "events.csv"], "events")
    counts = {row["values"]: row["counts"] for row in result.table["kind"].value_counts().to_pylist()}
    assert counts == {"visit": 9_000 + 5_641, "cart": 1_597, "checkout": 1_000 + 1_000}
    assert result.rows_set_aside == 707


def test_crm_contacts_become_customers():
    result = import_table([DATA / "hubspot_dummy" / "hubspot_contacts.csv"], "customers")
    assert len(result.table) == 950
    assert len(set(result.table["lifecycle_stage"].to_pylist())) == 8


def test_ad_report_sums_to_its_known_totals():
    spend = import_table([DATA / "facebook_ads_kag.csv"], "spend").table
    assert pc.sum(spend["cost"]).as_py() == pytest.approx(58_705.23, abs=0.005)
    assert pc.sum(spend["impressions"]).as_py() == 213_434_828
    assert pc.sum(spend["clicks"]).as_py() == 38_165
    assert pc.sum(spend["conversions"]).as_py() == 1_079
