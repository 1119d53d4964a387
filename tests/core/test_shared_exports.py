"""Public exports of mail, CRM, advertising and survey tools against figures counted without the project.

The data is not part of the project: where `../shared/data` is absent these tests skip.
"""

from collections import Counter
from pathlib import Path

import pytest

from clm_core.errors import InputError
from clm_core.ingest import import_table

SHARED = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED}")


def total(result, column):
    return sum(value or 0 for value in result.table[column].to_pylist())


def counted(result, column):
    return Counter(result.table[column].to_pylist())


def test_google_ads_report_is_dated_by_its_period_and_leaves_out_its_totals():
    result = import_table([SHARED / "google_ads_video.csv"], "spend")
    assert (result.rows_read, result.rows_kept) == (6, 2)
    assert Counter(result.set_aside["reason"].to_pylist()) == {"total row": 4}
    # the report's own total says 2,565.92: it rounds after adding 1,661.67 and 904.26
    assert total(result, "cost") == pytest.approx(2565.93)
    assert total(result, "impressions") == 46168
    assert result.currency == "INR"
    assert {str(at) for at in result.table["starts_on"].to_pylist()} == {"2025-07-08 00:00:00"}


def test_facebook_ads_add_up():
    result = import_table([SHARED / "facebook_ads_kag.csv"], "spend")
    assert result.rows_kept == 1143
    assert total(result, "cost") == pytest.approx(58705.23, abs=0.005)
    assert total(result, "impressions") == 213434828
    assert total(result, "clicks") == 38165
    assert total(result, "conversions") == 1079


def test_bank_survey_has_its_net_promoter_score():
    result = import_table([SHARED / "nps_retail_bank.csv"], "events")
    scores = result.table["value"].to_pylist()
    assert len(scores) == 5000
    assert counted(result, "kind") == {"survey": 5000}
    promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    assert round(100 * (promoters - detractors) / len(scores), 2) == 11.80
    days = sorted(str(at)[:10] for at in result.table["occurred_at"].to_pylist())
    assert (days[0], days[-1]) == ("2021-01-01", "2021-12-30")


def test_hubspot_contacts_keep_their_lifecycle_stage():
    result = import_table([SHARED / "hubspot_dummy" / "hubspot_contacts.csv"], "customers")
    assert result.rows_kept == 950
    stages = counted(result, "lifecycle_stage")
    assert (len(stages), stages["Customer"], stages["Evangelist"]) == (8, 120, 110)
    assert result.stage_history is None


def test_hubspot_deals_are_sales_when_they_are_won():
    result = import_table([SHARED / "hubspot_dummy" / "hubspot_deals.csv"], "orders")
    assert (result.rows_read, result.rows_kept) == (500, 71)
    assert len(set(result.table["customer_id"].to_pylist())) == 67
    assert total(result, "amount") == pytest.approx(8934361.48)


def test_hubspot_tickets_and_activities_are_events():
    folder = SHARED / "hubspot_dummy"
    tickets = import_table([folder / "hubspot_tickets.csv"], "events")
    assert counted(tickets, "kind") == {"ticket": 300}
    activities = import_table([folder / "hubspot_activities.csv"], "events")
    assert activities.rows_read == 2000
    assert counted(activities, "kind") == {"send": 398}
    # 403 notes and 385 tasks; 412 meetings and 402 calls
    reasons = Counter(activities.set_aside["reason"].to_pylist())
    assert reasons == {"note or task of your team": 788, "unknown kind of event": 814}


def test_checkout_funnel_has_its_people_sessions_and_steps():
    folder = SHARED / "checkout_funnel"
    users = import_table([folder / "users.csv"], "customers")
    assert users.rows_kept == 2200
    assert counted(users, "segment") == {"regular": 1060, "value": 830, "premium": 310}
    sessions = import_table([folder / "sessions.csv"], "events")
    assert counted(sessions, "kind") == {"visit": 9036}
    assert sessions.table["customer_id"].null_count == 1592
    events = import_table([folder / "events.csv"], "events")
    assert events.rows_read == 18945
    assert counted(events, "kind") == {"visit": 9000 + 5641, "cart": 1597, "checkout": 2000}
    assert Counter(events.set_aside["reason"].to_pylist()) == {"order, read from the orders file": 707}


def test_subscribers_keep_their_label_of_churn():
    result = import_table([SHARED / "telco_churn.csv"], "customers")
    assert result.rows_kept == 7043
    assert round(100 * counted(result, "churn")["Yes"] / 7043, 2) == 26.54
    assert result.table["total_charges"].null_count == 11


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("hubspot_dummy/hubspot_companies.csv", "customers", "it lists companies, while the customers"),
        ("hubspot_dummy/hubspot_companies.csv", "orders", "For orders use HubSpot > CRM > Deals > Export"),
        ("facebook_page_posts.csv", "events", "month, weekday and hour of each post and no date"),
        ("journey_paths.csv.gz", "spend", "names neither a customer nor a day"),
        ("checkout_funnel/campaigns.csv", "spend", "was recognised as 'Period start'"),
        ("hillstrom_email.csv.gz", "customers", "was recognised as 'Customer'"),
        ("hillstrom_email.csv.gz", "orders", "was recognised as 'Customer'"),
        ("hillstrom_email.csv.gz", "events", "was recognised as 'When'"),
    ],
)
def test_a_file_that_feeds_nothing_is_refused_with_the_reason(name, kind, told):
    with pytest.raises(InputError) as refusal:
        import_table([SHARED / name], kind)
    assert told in str(refusal.value)
