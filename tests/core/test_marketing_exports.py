"""Reports of advertising, mail and survey tools in other languages, alphabets and shapes than their fixtures have."""

import hashlib

import pytest

from clm_core.errors import InputError
from clm_core.ingest import Mapping, import_table, inspect
from clm_core.ingest.presets import recognise


def written(tmp_path, *lines, encoding="utf-8", name="report.csv"):
    path = tmp_path / name
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def issue(result, code):
    return next(found for found in result.issues if found.code == code)


GOOGLE_ADS = ("Campaign,Currency code,Cost,Impr.,Clicks", "Brand,EUR,10.50,1000,50", "Total: Account,EUR,10.50,1000,50")


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ('"September 1, 2026 - September 30, 2026"', "2026-09-01"),
        ("Sep 1, 2026 - Sep 30, 2026", "2026-09-01"),
        ("1. September 2026 – 30. September 2026", "2026-09-01"),
        ("1 août 2026 - 31 août 2026", "2026-08-01"),
        ("1er septembre 2026 au 30 septembre 2026", "2026-09-01"),
        ("1 de septiembre de 2026 - 30 de septiembre de 2026", "2026-09-01"),
        ("1 września 2026 – 30 września 2026", "2026-09-01"),
        ("1 septembrie 2026 - 30 septembrie 2026", "2026-09-01"),
        ("2026年9月1日 - 2026年9月30日", "2026-09-01"),
        ("2026-09-01 - 2026-09-30", "2026-09-01"),
        ("01.09.2026-30.09.2026", "2026-09-01"),
        ("09/01/2026 - 09/30/2026", "2026-09-01"),
        ("2026-10-01", "2026-10-01"),
    ],
)
def test_a_report_without_day_is_dated_by_the_period_above_it(tmp_path, above, day):
    result = import_table([written(tmp_path, "Campaign report", above, *GOOGLE_ADS)], "spend")
    assert [str(at)[:10] for at in result.table["starts_on"].to_pylist()] == [day]
    assert issue(result, "one_period").n_rows == 1


@pytest.mark.parametrize("above", ["All time", "Downloaded on 2026-10-01", "30 September 2026 - 1 September 2026"])
def test_a_report_without_any_day_is_refused_with_what_to_add(tmp_path, above):
    with pytest.raises(InputError, match="does not tell when its costs and counts arose") as refusal:
        import_table([written(tmp_path, "Campaign report", above, *GOOGLE_ADS)], "spend")
    assert "Segment > Time > Day" in str(refusal.value)
    assert above in str(refusal.value)


def test_reports_of_two_months_are_dated_by_their_own_periods(tmp_path):
    august = written(tmp_path, "Campaign report", "August 1, 2026 - August 31, 2026", *GOOGLE_ADS, name="august.csv")
    september = written(
        tmp_path, "Campaign report", "1. September 2026 – 30. September 2026", *GOOGLE_ADS, name="s.csv"
    )
    result = import_table([august, september], "spend")
    days = [str(at)[:10] for at in result.table["starts_on"].to_pylist()]
    assert days == ["2026-08-01", "2026-09-01"]
    assert sum(result.table["cost"].to_pylist()) == 21.0
    assert result.set_aside["reason"].to_pylist() == ["total row", "total row"]


def test_a_report_is_dated_by_itself_and_not_by_last_months_recipe(tmp_path):
    august = written(tmp_path, "Campaign report", "August 1, 2026 - August 31, 2026", *GOOGLE_ADS)
    mapping = import_table([august], "spend").mapping
    assert mapping.constants == {"starts_on": "2026-08-01"}
    september = written(tmp_path, "Campaign report", "September 1, 2026 - September 30, 2026", *GOOGLE_ADS)
    result = import_table([september], "spend", mapping)
    assert [str(at)[:10] for at in result.table["starts_on"].to_pylist()] == ["2026-09-01"]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Tag\tKampagne\tWährungscode\tKosten\tImpr.\tKlicks\tConversions",
            "2026-09-02\tMarke\tEUR\t1.234,56\t12.345\t678\t9,50",
        ),
        (
            "Jour\tCampagne\tCode de devise\tCoût\tImpr.\tClics\tConversions",
            "02/09/2026\tMarque\tEUR\t1 234,56\t12 345\t678\t9,50",
        ),
        (
            "Día\tCampaña\tCódigo de moneda\tCoste\tImpr.\tClics\tConversiones",
            "02/09/2026\tMarca\tEUR\t1.234,56\t12.345\t678\t9,50",
        ),
        (
            "Dzień\tKampania\tKod waluty\tKoszt\tWyśw.\tKliknięcia\tKonwersje",
            "2026-09-02\tMarka\tEUR\t1 234,56\t12 345\t678\t9,50",
        ),
        (
            "日\tキャンペーン\t通貨コード\t費用\t表示回数\tクリック数\tコンバージョン",
            "2026/09/02\tブランド\tEUR\t1,234.56\t12,345\t678\t9.50",
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_google_ads_reports_of_other_languages_are_read_alike(tmp_path, header, row, encoding):
    other = row.replace("02/09/2026", "30/09/2026")
    path = written(tmp_path, "Report", "1.9.2026 - 30.9.2026", header, row, other, encoding=encoding)
    result = import_table([path], "spend")
    assert result.mapping.preset == "google_ads"
    first = result.table.select(["day", "cost", "impressions", "clicks", "conversions"]).to_pylist()[0]
    assert first == {"day": 20698, "cost": 1234.56, "impressions": 12345.0, "clicks": 678.0, "conversions": 9.5}
    assert result.currency == "EUR"


@pytest.mark.parametrize(
    ("preset_id", "names"),
    [
        ("meta_ads", ["Berichtsstart", "Berichtsende", "Kampagnenname", "Ausgegebener Betrag (EUR)", "Impressionen"]),
        ("meta_ads", ["Début des rapports", "Nom de la campagne", "Montant dépensé (CHF)", "Clics sur un lien"]),
        ("meta_ads", ["キャンペーンの名前", "レポート開始日", "消化金額 (JPY)", "インプレッション"]),
        ("ga4_traffic", ["Primäre Channelgruppe der Sitzung (Standard-Channelgruppe)", "Sitzungen"]),
        ("ga4_traffic", ["Date", "Session source / medium", "Session campaign", "Sessions", "Key events"]),
        ("ga4_traffic", ["Session default channel group", "Sessions", "Conversions"]),
        ("hubspot_deals", ["Datensatz-ID", "Deal-Name", "Deal-Phase", "Betrag", "Abschlussdatum"]),
        ("typeform_responses", ["#", "Empfehlen Sie uns?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]),
        ("klaviyo_profiles", ["Email", "Klaviyo ID", "First Name", "Consent", "First Active"]),
    ],
)
def test_headers_of_other_languages_and_years_are_recognised(preset_id, names):
    found = recognise(names)
    assert found is not None
    assert found.id == preset_id


def test_the_start_of_a_campaign_is_not_the_day_of_its_costs(tmp_path):
    header = "Campaign,Start date,Currency code,Cost,Impr.,Clicks"
    path = written(
        tmp_path, "Report", "All time", header, "Brand,2024-01-01,EUR,10,100,5", "Shop,2025-01-01,EUR,20,100,5"
    )
    with pytest.raises(InputError, match="no column with the day"):
        import_table([path], "spend")


@pytest.mark.parametrize(
    ("question", "mapped"),
    [
        ("Would you recommend us to a friend?", True),
        ("Würden Sie uns weiterempfehlen?", True),
        ("Nous recommanderiez-vous à un ami ?", True),
        ("¿Nos recomendarías?", True),
        ("あなたは当店を友人に勧めますか?", True),
        ("How old are you?", False),
    ],
)
def test_the_score_is_found_by_its_question(tmp_path, question, mapped):
    header = f'#,"{question}",Start Date (UTC),Submit Date (UTC),Network ID'
    rows = [f"r{i},{i},2026-09-01 10:00:00,2026-09-0{i} 10:05:00,n{i}" for i in range(1, 6)]
    found = inspect([written(tmp_path, header, *rows)])
    assert ("value" in found.guess.mapping.columns) is mapped
    assert found.guess.mapping.constants == {"kind": "survey"}


def test_answers_about_e_mail_are_nobodys_key(tmp_path):
    header = "#,Recommend?,May we e-mail you?,Start Date (UTC),Submit Date (UTC),Network ID"
    rows = [f"r{i},9,{i % 2},2026-09-01 10:00:00,2026-09-0{i} 10:05:00,n{i}" for i in range(1, 6)]
    result = import_table([written(tmp_path, header, *rows)], "events")
    assert result.table["customer_id"].null_count == 5


def test_stage_history_is_one_row_a_stage_by_customer_and_day(tmp_path):
    header = (
        'Record ID,Email,Lifecycle Stage,Create Date,"Date entered ""Lead (Lifecycle Stage Pipeline)""",'
        '"Date entered ""Customer (Lifecycle Stage Pipeline)""","Date exited ""Lead (Lifecycle Stage Pipeline)"""'
    )
    rows = [
        "1,b@example.com,Customer,03/14/2026,03/14/2026,04/01/2026,04/01/2026",
        "2,a@example.com,Lead,02/03/2026,02/03/2026,,",
        "3,,Lead,02/04/2026,02/04/2026,,",
    ]
    result = import_table([written(tmp_path, header, *rows)], "customers")
    found = result.stage_history.select(["customer_id", "stage", "day"]).to_pylist()
    assert found == [
        {"customer_id": "a@example.com", "stage": "Lead", "day": 20487},
        {"customer_id": "b@example.com", "stage": "Lead", "day": 20526},
        {"customer_id": "b@example.com", "stage": "Customer", "day": 20544},
    ]
    assert "date_exited_lead_lifecycle_stage_pipeline" in result.table.column_names
    assert not [name for name in result.table.column_names if name.startswith("date_entered")]
    assert issue(result, "stage_history").message == "The file tells 3 stage changes of 2 customers."


def test_a_won_stage_of_another_name_counts_where_the_mapping_says_so(tmp_path):
    header = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Associated Contact Email"
    rows = ["1,One,Signed,Sales,100,2026-03-14,a@example.com", "2,Two,Closed Won,Sales,50,2026-03-15,a@example.com"]
    path = written(tmp_path, header, *rows)
    result = import_table([path], "orders")
    assert result.table["amount"].to_pylist() == [50.0]
    mapping = Mapping(**result.mapping.model_dump() | {"statuses": {"signed": "sale"}})
    assert import_table([path], "orders", mapping).table["amount"].to_pylist() == [100.0, 50.0]


def test_a_hashed_address_is_still_the_key_of_an_answer(tmp_path):
    header = "#,Recommend?,What is your e-mail address?,Start Date (UTC),Submit Date (UTC),Network ID"
    rows = [f"r{i},9,A{i}@example.com,2026-09-01 10:00:00,2026-09-0{i} 10:05:00,n{i}" for i in range(1, 6)]
    result = import_table([written(tmp_path, header, *rows)], "events", hash_emails=True)
    hashed = {hashlib.sha256(f"a{i}@example.com".encode()).hexdigest() for i in range(1, 6)}
    assert set(result.table["customer_id"].to_pylist()) == hashed


def test_a_cost_that_is_mostly_no_number_is_told_and_not_taken_for_none(tmp_path):
    header = "Day,Campaign,Currency code,Cost,Impr.,Clicks"
    rows = ["2026-09-01,a,EUR,5,100,5", "2026-09-02,b,EUR,abc,1,1", "2026-09-03,c,EUR,x,1,1"]
    result = import_table([written(tmp_path, header, *rows)], "spend")
    assert result.table["cost"].to_pylist() == [5.0]
    assert result.set_aside["reason"].to_pylist() == ["cost not readable"] * 2
