"""Customers, events and spend: one row each, every other row accounted for."""

import datetime as dt

import pytest

from clm_core.errors import InputError, MappingError
from clm_core.ingest import Mapping, import_table
from clm_core.ingest.building.customers import trait_names


def imported(tmp_path, kind, header, *rows):
    path = tmp_path / f"{kind}.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_table([path], kind)


def issue(result, code):
    return next(found for found in result.issues if found.code == code)


def test_customers_keep_every_other_column_as_a_trait(tmp_path):
    result = imported(
        tmp_path,
        "customers",
        "customer_id,created_at,Country,Zip,AgeYears,Stage",
        "a,2025-01-02,DE,01234,30,x",
        "b,,FR,55555,,",
    )
    assert result.table.to_pylist() == [
        {
            "customer_id": "a",
            "created_at": dt.datetime(2025, 1, 2),
            "day": 20090,
            "country": "DE",
            "zip": "01234",
            "age_years": 30.0,
            "stage": "x",
        },
        {
            "customer_id": "b",
            "created_at": None,
            "day": None,
            "country": "FR",
            "zip": "55555",
            "age_years": None,
            "stage": None,
        },
    ]


def test_customer_on_several_rows_is_one_with_the_first_filled_cells(tmp_path):
    rows = ["a,,DE", "a,2025-01-03,FR", ",2025-01-01,PL"]
    result = imported(tmp_path, "customers", "customer_id,created_at,city", *rows)
    assert result.table.select(["customer_id", "day", "city"]).to_pylist() == [
        {"customer_id": "a", "day": 20091, "city": "DE"}
    ]
    assert issue(result, "duplicate_customers").examples == ("a",)
    assert (result.rows_read, result.rows_kept, result.rows_set_aside) == (3, 2, 1)


def test_customer_with_an_unreadable_start_is_kept_without_it(tmp_path):
    rows = ["a,2025-01-01", "b,2025-01-02", "c,later"]
    result = imported(tmp_path, "customers", "customer_id,created_at", *rows)
    assert result.table["day"].to_pylist() == [20089, 20090, None]
    assert issue(result, "date_not_readable").examples == ("later",)


def test_customers_need_no_start_at_all(tmp_path):
    result = imported(tmp_path, "customers", "customer_id,plan", "a,gold")
    assert result.table.to_pylist() == [{"customer_id": "a", "created_at": None, "day": None, "plan": "gold"}]


def test_mostly_numeric_trait_is_a_number_and_the_rest_is_reported(tmp_path):
    rows = [f"c{i:02d},{i}" for i in range(1, 25)] + ["c99,unknown"]
    result = imported(tmp_path, "customers", "customer_id,age", *rows)
    assert result.table["age"].to_pylist()[-2:] == [24.0, None]
    assert issue(result, "number_not_readable").message == "1 cell of 'age' left out: not a number."


def test_trait_names_are_plain_distinct_and_never_those_of_every_customers_table():
    found = trait_names(["Lifecycle Stage", "Day", "lifecycle-stage", "Amount", "seniorCitizen", "%", "Customer ID"])
    assert found == [
        "lifecycle_stage",
        "trait_day",
        "lifecycle_stage_2",
        "amount",
        "senior_citizen",
        "trait",
        "trait_customer_id",
    ]


def test_events_are_folded_to_known_kinds(tmp_path):
    rows = [
        "a,2025-01-01T10:00:00,visit,web,",
        ",2025-01-02,Page View,web,3",
        "b,2025-01-03,add_to_cart,app,",
        "b,2025-01-03,Opened,,",
    ]
    result = imported(tmp_path, "events", "customer_id,occurred_at,kind,channel,value", *rows)
    assert result.table["kind"].to_pylist() == ["visit", "visit", "cart", "open"]
    assert result.table["customer_id"].to_pylist() == ["a", None, "b", "b"]
    assert result.table["value"].to_pylist() == [None, 3.0, None, None]
    assert issue(result, "anonymous_events").n_rows == 1


def test_events_without_date_or_known_kind_are_set_aside(tmp_path):
    rows = ["a,2025-01-01,visit", "a,,open", "a,2025-01-01,dance", "a,2025-01-01,", "a,2025-13-01,open"]
    result = imported(tmp_path, "events", "customer_id,occurred_at,kind", *rows)
    assert result.set_aside["reason"].to_pylist() == [
        "no date",
        "unknown kind of event",
        "no kind",
        "date not readable",
    ]
    assert issue(result, "unknown_kinds").message.startswith("Kinds of event that are not known: 'dance' (1).")


def test_orders_among_events_and_a_teams_notes_are_set_aside_by_name(tmp_path):
    rows = ["a,2025-01-01,Placed Order", "a,2025-01-02,purchase", "a,2025-01-03,Note", "a,2025-01-04,Viewed Product"]
    result = imported(tmp_path, "events", "customer_id,occurred_at,metric", *rows)
    assert result.table["kind"].to_pylist() == ["visit"]
    assert result.set_aside["reason"].to_pylist() == [
        "order, read from the orders file",
        "order, read from the orders file",
        "note or task of your team",
    ]


def test_one_kind_may_hold_for_every_event(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("customer_id,when\na,2025-01-01\n,2025-01-02\n", encoding="utf-8")
    columns = {"customer_id": "customer_id", "occurred_at": "when"}
    result = import_table([path], "events", Mapping(columns=columns, constants={"kind": "ticket", "channel": "phone"}))
    assert result.table.select(["kind", "channel"]).to_pylist() == [{"kind": "ticket", "channel": "phone"}] * 2
    with pytest.raises(InputError, match="given for every row is not known: 'dance'"):
        import_table([path], "events", Mapping(columns=columns, constants={"kind": "dance"}))
    with pytest.raises(MappingError, match="gives 'many' for every row as 'Value', which cannot be read"):
        import_table([path], "events", Mapping(columns=columns, constants={"kind": "ticket", "value": "many"}))


def test_survey_answers_without_score_or_with_an_odd_one_are_told(tmp_path):
    rows = ["a,2025-01-01,survey,10", "b,2025-01-01,survey,", "c,2025-01-01,survey,7.5", "d,2025-01-01,open,500"]
    result = imported(tmp_path, "events", "customer_id,occurred_at,kind,value", *rows)
    assert result.rows_kept == 4
    assert issue(result, "answers_without_score").n_rows == 1
    assert issue(result, "scores_out_of_range").examples == ("7.5",)


def test_spend_keeps_costs_and_their_counts(tmp_path):
    rows = ["search,new,2025-02-01,1.5,100,10,1", "mail,active,2025-01-01,0,,,", "search,new,2025-03-01,,5,5,5"]
    result = imported(tmp_path, "spend", "channel,stage,starts_on,cost,impressions,clicks,conversions", *rows)
    assert result.table.select(["channel", "stage", "day", "cost", "impressions"]).to_pylist() == [
        {"channel": "mail", "stage": "active", "day": 20089, "cost": 0.0, "impressions": None},
        {"channel": "search", "stage": "new", "day": 20120, "cost": 1.5, "impressions": 100.0},
    ]
    assert result.set_aside["reason"].to_pylist() == ["no cost"]


def test_ad_platform_headers_with_currency_are_understood(tmp_path):
    header = "Reporting starts,Campaign name,Amount spent (USD),Impressions,Link clicks"
    result = imported(tmp_path, "spend", header, "2025-01-01,Spring,10.5,100,7")
    assert result.table["cost"].to_pylist() == [10.5]
    assert result.table["clicks"].to_pylist() == [7.0]


def test_spend_without_cost_tells_what_a_channel_did(tmp_path):
    rows = ["mail,2025-01-01,100,40,5.5", "mail,2025-01-02,,,", ",2025-01-03,7,7,7"]
    result = imported(tmp_path, "spend", "channel,day,sends,opens,revenue", *rows)
    assert result.table.select(["cost", "sends", "opens", "revenue"]).to_pylist() == [
        {"cost": None, "sends": 100.0, "opens": 40.0, "revenue": 5.5}
    ]
    assert result.set_aside["reason"].to_pylist() == ["no number in any column", "no channel"]
    assert issue(result, "no_cost").severity == "info"


@pytest.mark.parametrize(
    "months", [("2026-08", "2026-09"), ("202608", "202609"), ("08/2026", "9/2026"), ("August 2026", "Sep 2026")]
)
def test_costs_of_a_month_belong_to_its_first_day(tmp_path, months):
    rows = [f"ads,{month},10" for month in months]
    result = imported(tmp_path, "spend", "channel,month,cost", *rows)
    assert [str(at)[:10] for at in result.table["starts_on"].to_pylist()] == ["2026-08-01", "2026-09-01"]


def test_spend_without_any_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="tells what a channel cost or did") as refusal:
        imported(tmp_path, "spend", "channel,day", "mail,2025-01-01")
    assert "cost, impressions, clicks" in str(refusal.value)


@pytest.mark.parametrize(
    "word", ["Total", "Grand total", "Total: Account", "Gesamt", "Total général", "Suma", "Итого", "合計"]
)
def test_total_rows_of_spend_are_set_aside_and_campaigns_called_total_are_not(tmp_path, word):
    rows = ["Total Fitness,2025-01-01,10,5", "Search,2025-01-01,20.5,7", f"{word},,30.5,12"]
    result = imported(tmp_path, "spend", "campaign,day,cost,clicks", *rows)
    assert sum(result.table["cost"].to_pylist()) == 30.5
    assert result.set_aside["reason"].to_pylist() == ["total row"]
    assert issue(result, "set_aside_total_row").severity == "info"


def test_a_row_without_channel_is_a_total_only_where_it_is_the_sum(tmp_path):
    rows = ["a,2025-01-01,10.10", "b,2025-01-01,20.20", ",2025-01-01,30.30", ",2025-01-01,3"]
    result = imported(tmp_path, "spend", "campaign,day,cost", *rows)
    assert result.set_aside["reason"].to_pylist() == ["total row", "no channel"]


def test_spend_in_several_currencies_is_counted_in_one(tmp_path):
    path = tmp_path / "spend.csv"
    lines = [
        "campaign,day,currency code,cost,revenue",
        "a,2025-01-01,EUR,10,100",
        "b,2025-01-01,eur,20,",
        "c,2025-01-01,USD,8,80",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = import_table([path], "spend")
    assert (result.currency, sum(result.table["cost"].to_pylist())) == ("EUR", 30.0)
    assert result.set_aside["reason"].to_pylist() == ["another currency"]
    assert issue(result, "several_currencies").severity == "warning"
    converted = import_table([path], "spend", result.mapping.model_copy(update={"rates": {"USD": 0.5}}))
    assert converted.table["cost"].to_pylist() == [10.0, 20.0, 4.0]
    assert converted.table["revenue"].to_pylist() == [100.0, None, 40.0]
    in_dollars = import_table([path], "spend", result.mapping.model_copy(update={"currency": "USD"}))
    assert (in_dollars.currency, in_dollars.table["cost"].to_pylist()) == ("USD", [8.0])


def test_the_currency_of_spend_may_stand_in_the_header_or_the_cells(tmp_path):
    assert imported(tmp_path, "spend", "Campaign name,Day,Amount spent (GBP)", "a,2025-01-01,3").currency == "GBP"
    assert imported(tmp_path, "spend", "campaign,day,cost", "a,2025-01-01,€3.50").currency == "EUR"


@pytest.mark.parametrize(
    ("kind", "header", "row", "label"),
    [
        ("events", "customer_id,score", "a,1", "When"),
        ("spend", "channel,cost", "a,1", "Period start"),
        ("customers", "plan,since", "gold,2025-01-01", "Customer"),
    ],
)
def test_missing_required_column_is_named(tmp_path, kind, header, row, label):
    with pytest.raises(InputError, match=f"was recognised as '{label}'"):
        imported(tmp_path, kind, header, row)
