"""Evidence is counted by hand on a small shop, and the slow way on random ones; on both engines."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.engine import collect, open_engine
from clm_core.features import build_features, load_frames
from clm_core.gaps import gather_evidence, vocabulary
from clm_core.gaps.evidence import seen_within, suggested_score
from clm_core.gaps.model import Followed, Regular
from clm_core.gaps.sentences import rule_sentence
from clm_core.tables import EVENTS, Tables, to_date, to_day

RULES = vocabulary().evidence
ASKED = (
    "welcome", "cart_reminder", "reviews", "push", "satisfaction_survey", "unopened_reminder", "personal_messages", "posts",
    "newsletter",
)  # fmt: skip
END = to_day(dt.date(2025, 12, 31))


def events(rows):
    """Rows of customer, day, kind, channel and value."""
    moments = [dt.datetime.combine(to_date(row[1]), dt.time()) for row in rows]
    return EVENTS.check(
        pa.table(
            {
                c.CUSTOMER_ID: pa.array([row[0] for row in rows], pa.string()),
                c.OCCURRED_AT: pa.array(moments, pa.timestamp("us")),
                c.DAY: pa.array([row[1] for row in rows], pa.int32()),
                c.KIND: pa.array([row[2] for row in rows], pa.string()),
                c.CHANNEL: pa.array([row[3] for row in rows], pa.string()),
                c.VALUE: pa.array([row[4] for row in rows], pa.float64()),
            }
        )
    )


@pytest.fixture(scope="module")
def shop(make_orders):
    """Forty people sign up on day −200; thirty get a mail the next day, ten leave a cart on day −50 and five of them hear of it."""
    names = [f"p{i}" for i in range(40)]
    rows = [(name, END - 200, "sign_up", "web", None) for name in names]
    rows += [(name, END - 199, "send", "Email", 1.0) for name in names[:30]]
    rows += [(name, END - 50, "cart", "web", 9.0) for name in names[:10]]
    rows += [(name, END - 49, "send", "email", 0.0) for name in names[:5]]
    rows += [(None, END - 7 * week, "post", "facebook", 3.0) for week in range(13)]
    return Tables(make_orders([("p0", END - 300, 10.0), ("p0", END, 10.0)]), events=events(rows))


@pytest.fixture(scope="module")
def found(shop, engine):
    frames = load_frames(shop, engine)
    asked = {name: RULES[name] for name in ASKED}
    table = gather_evidence(frames, engine.persist(build_features(frames, END), "evidence"), END, asked)
    return table.set_index("evidence")


def test_a_welcome_is_seen_with_figure_denominator_and_query(found):
    row = found.loc["welcome"]
    assert (row["status"], row["n"], row["n_found"], row["control"]) == ("found", 40, 30, 0)
    assert row["score"] == 4
    assert row["says"] == "30 of 40 (75.0 %); 0.0 % 90 days later."
    assert row["query"].startswith(
        "Of sign-ups in the last 365 days: how many were followed by a message by e-mail on days 0 to 1"
    )


def test_few_cases_suggest_no_score(found):
    row = found.loc["cart_reminder"]
    assert (row["status"], row["n"], row["n_found"]) == ("thin", 10, 5)
    assert row["score"] is not None and str(row["score"]) == "<NA>"
    assert "Fewer than 30" in row["says"]


def test_what_is_not_recorded_is_not_known(found):
    for name in ("reviews", "push", "satisfaction_survey", "unopened_reminder"):
        assert found.loc[name, "status"] == "not_recorded"
        assert "cannot tell" in found.loc[name, "says"]


def test_shares_of_events_people_and_weeks(found):
    assert (found.loc["personal_messages", "n"], found.loc["personal_messages", "n_found"]) == (35, 30)
    assert (found.loc["posts", "n"], found.loc["posts", "n_found"], found.loc["posts", "score"]) == (26, 13, 3)
    assert (found.loc["newsletter", "n"], found.loc["newsletter", "n_found"]) == (40, 0)


def test_without_events_only_orders_can_tell(make_orders, engine):
    frames = load_frames(Tables(make_orders([("a", END, 5.0)])), engine)
    table = gather_evidence(frames, build_features(frames, END), END, RULES).set_index("evidence")
    assert set(table["status"].drop(["price_offers"])) == {"not_recorded"}
    assert table.loc["price_offers", "n"] == 1


def test_the_score_rule():
    assert [suggested_score(share) for share in (0, 0.019, 0.02, 0.1, 0.4, 0.7, 1)] == [0, 0, 1, 2, 3, 4, 4]


def test_what_always_happens_proves_nothing(make_orders, engine):
    names = [f"p{i}" for i in range(40)]
    rows = [(name, END - day, "send", "email", 0.0) for name in names for day in range(140, 165)]
    rows.append((None, END, "post", "facebook", 1.0))
    tables = Tables(make_orders([(name, END - 150, 5.0) for name in names]), events=events(rows))
    frames = load_frames(tables, engine)
    row = gather_evidence(frames, build_features(frames, END), END, {"thank_you": RULES["thank_you"]}).iloc[0]
    assert (row["n_found"], row["control"], row["score"]) == (40, 1.0, 0)


pairs = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20)), min_size=1, max_size=12, unique=True)


@given(pairs, pairs, st.integers(-4, 4), st.integers(0, 4))
def test_a_window_is_seen_as_it_is_counted_one_by_one(occasions, marks, low, width):
    high = low + width
    expected = {
        (who, day): any(w == who and day + low <= at <= day + high for w, at in marks) for who, day in occasions
    }
    for name in ("duckdb", "pandas"):
        engine = open_engine(name)
        first, second = (
            engine.frame(
                pa.table(
                    {
                        c.CUSTOMER_ID: pa.array([who for who, _ in rows], pa.string()),
                        c.DAY: pa.array([day for _, day in rows], pa.int64()),
                    }
                )
            )
            for rows in (occasions, marks)
        )
        table = collect(seen_within(first, second, [(low, high)]))
        assert {(r[c.CUSTOMER_ID], r[c.DAY]): bool(r["is_seen"]) for r in table.to_dict("records")} == expected
        engine.close()


def test_a_lapse_is_the_day_on_which_silence_is_long_enough(make_orders, engine):
    orders = [(f"p{i}", END - 300, 5.0) for i in range(40)] + [("p0", END - 190, 5.0)]
    rows = [(f"p{i}", END - 120 + 3, "send", "email", 0.0) for i in range(20)]
    rows.append((None, END, "post", "facebook", 1.0))
    frames = load_frames(Tables(make_orders(orders), events=events(rows)), engine)
    row = gather_evidence(frames, build_features(frames, END), END, {"win_back": RULES["win_back"]}).iloc[0]
    # p0 came back in time and lapsed 180 days after that, too late for its follow-up to be over
    assert (row["n"], row["n_found"]) == (39, 19)


def test_rules_in_words():
    assert rule_sentence(RULES["win_back"]).startswith(
        "Of buyers who came to 180 days without an order in the last 365 days"
    )
    assert "without an order within 1 day" in rule_sentence(RULES["cart_reminder"])
    assert rule_sentence(RULES["expectation_survey"]).count("on the same day") == 1
    assert (
        rule_sentence(Regular(kind="regular", of="post", last_weeks=26))
        == "In how many of the last 26 weeks was there a post?"
    )
    assert isinstance(RULES["welcome"], Followed)
