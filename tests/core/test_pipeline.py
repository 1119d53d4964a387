"""The whole story on small files: what is read, what is known at a day, and what later data may not change."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from clm_core import columns as c
from clm_core.conditions import Test
from clm_core.engine import collect, open_engine
from clm_core.errors import DefinitionError, InputError, MappingError, PeriodError
from clm_core.features import FEATURES
from clm_core.frameworks import Rule, edit, load_framework, require_sound
from clm_core.ingest import Mapping
from clm_core.metrics import on_stages
from clm_core.personas import EVERYONE_ELSE, Persona
from clm_core.pipeline import (
    Sources,
    analyse,
    count_by_stage,
    count_now,
    count_rules,
    ledger_for,
    list_customers,
    load_dataset,
    open_workspace,
    read_lifecycle,
    words_of,
)
from clm_core.progress import read_movement
from clm_core.recipe import Recipe
from clm_core.tables import to_day

ORDERS = """\
order_id,customer_id,order_date,amount
1,anna,2024-01-15,10.00
2,anna,2024-02-29,20.00
3,ben,2024-01-31,5.00
4,,2024-02-01,7.00
5,cy,not a date,7.00
6,cy,2024-03-01,0.00
7,anna,2024-03-02,-20.00
8,dee,2024-04-30,12.50
"""
EVENTS = "customer_id,occurred_at,kind\nlead,2024-03-05,sign_up\nben,2024-03-06,visit\n,2024-03-07,visit\n"
CUSTOMERS = "customer_id,created_at,plan\nanna,2023-12-24,plus\nben,2024-01-30,\nlate,2024-05-05,plus\n"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    for name, text in (("orders", ORDERS), ("events", EVENTS), ("customers", CUSTOMERS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return Sources((folder / "orders.csv",), customers=(folder / "customers.csv",), events=(folder / "events.csv",))


@pytest.fixture(scope="module")
def dataset(sources):
    return load_dataset(sources, Recipe())


@pytest.fixture
def run(sources, engine):
    return lambda **recipe: analyse(sources, Recipe(**recipe), engine)


@pytest.fixture(scope="module")
def found(sources):
    """What a run finds when nothing was chosen, and what it told on its way."""
    ticks, told = iter(range(100)), []
    engine = open_engine("duckdb")
    yield analyse(sources, Recipe(), engine, clock=lambda: float(next(ticks)), on_step=told.append), told
    engine.close()


def test_a_small_shop_from_file_to_stages(found):
    found, _ = found
    assert found.workspace.dataset.imported["orders"].rows_set_aside == 2
    table = found.customers.set_index(c.CUSTOMER_ID)
    assert table[c.STAGE].to_dict() == {
        "anna": "retain",
        "ben": "convert",
        "cy": "convert",
        "dee": "convert",
        "lead": "acquire",
    }
    assert table[c.N_ORDERS].to_dict() == {"anna": 2, "ben": 1, "cy": 1, "dee": 1, "lead": 0}
    assert table[c.SPEND_TOTAL].to_dict() == {"anna": 10.0, "ben": 5.0, "cy": 0.0, "dee": 12.5, "lead": 0.0}
    assert table.loc["anna", c.FIRST_ORDER_AT] == pd.Timestamp("2024-01-15")
    assert pd.isna(table.loc["lead", c.LAST_ORDER_AT])
    assert found.stages[c.N_CUSTOMERS].sum() == len(table)
    assert found.stages[c.N_CUSTOMERS].tolist() == found.lifecycle.counts[c.N_CUSTOMERS].tolist()


def test_the_day_of_the_last_order_is_the_default(found):
    assert found[0].workspace.as_of_day == (dt.date(2024, 4, 30) - dt.date(1970, 1, 1)).days


def test_at_an_earlier_day_later_people_are_not_known(run):
    found = run(as_of=dt.date(2024, 2, 28))
    assert found.customers[c.CUSTOMER_ID].tolist() == ["anna", "ben"]
    assert found.customers.set_index(c.CUSTOMER_ID).loc["anna", c.N_ORDERS] == 1
    assert found.lifecycle.moves[c.AS_OF].max() == dt.date(2024, 2, 28)


@pytest.mark.parametrize("day", [dt.date(2024, 1, 14), dt.date(2024, 5, 1), dt.date(2099, 1, 1)])
def test_a_day_outside_the_data_is_refused(run, day):
    with pytest.raises(PeriodError, match=r"The as-of day lies outside the data") as told:
        run(as_of=day)
    assert told.value.found == day.isoformat()
    assert "2024-01-15 to 2024-04-30" in told.value.allowed


def test_a_framework_with_a_fault_is_refused_with_the_fault(run):
    race = load_framework("race")
    typo = Rule(id="typo", stage="act", when=Test(feature="n_ordres", op=">=", value=1))
    broken = race.model_copy(update={"rules": (typo, *race.rules)})
    with pytest.raises(
        DefinitionError, match=r"Rule 'typo' reads 'n_ordres', which is no feature. Did you mean"
    ) as told:
        run(definition=broken)
    assert told.value.where == "framework 'RACE', rules.typo"
    with pytest.raises(DefinitionError, match=r"Limit 'lost_days' is 5000; allowed is 14 to 1825"):
        run(limits={"lost_days": 5000})


def test_a_persona_may_read_a_trait_of_the_customers_file(run):
    plus = Persona(name="Plus", rule=Test(feature="plan", op="==", value="plus"))
    table = run(personas=(plus,)).customers.set_index(c.CUSTOMER_ID)
    assert table[c.PERSONA].to_dict() == dict.fromkeys(table.index, EVERYONE_ELSE) | {"anna": "Plus"}


def test_a_persona_that_reads_what_is_no_feature_is_refused(run):
    with pytest.raises(
        DefinitionError, match=r"Persona 'Plus' reads 'pln', which is no feature. Did you mean 'plan'\?"
    ):
        run(personas=(Persona(name="Plus", rule=Test(feature="pln", op="==", value="plus")),))


def test_a_column_that_is_not_in_the_file_is_refused(run):
    mapping = Mapping(columns={"customer_id": "customer_id", "ordered_at": "orderdate", "amount": "amount"})
    with pytest.raises(MappingError, match=r"not in the file: 'orderdate'. Did you mean 'order_date'\?"):
        run(mapping={"orders": mapping})


def test_thin_data_are_not_scored_and_say_why(found):
    found, _ = found
    assert {card.model: card.verdict for card in found.scores.cards} == dict.fromkeys(
        ("churn", "orders", "spend"), "refused"
    )
    assert all(card.reason for card in found.scores.cards)


def test_both_engines_tell_the_same_story(found, sources):
    first, second = found[0], analyse(sources, Recipe(), open_engine("pandas"))
    pd.testing.assert_frame_equal(first.customers, second.customers, rtol=1e-9)
    pd.testing.assert_frame_equal(first.lifecycle.moves, second.lifecycle.moves, rtol=1e-9)
    pd.testing.assert_frame_equal(first.lifecycle.stock, second.lifecycle.stock, rtol=1e-9)


def test_the_app_may_take_the_steps_one_at_a_time(found, dataset, engine):
    whole, _ = found
    workspace = open_workspace(dataset, engine)
    lifecycle = read_lifecycle(workspace, load_framework("sterne_cutler"))
    pd.testing.assert_frame_equal(lifecycle.moves, whole.lifecycle.moves)
    listed = list_customers(workspace, lifecycle.framework, Recipe().personas)
    pd.testing.assert_frame_equal(listed, whole.customers[list(listed)])


def test_many_work_beside_one_workspace_at_once_and_find_what_one_alone_finds(dataset, engine):
    alone, shared = open_workspace(dataset, engine), open_workspace(dataset, open_engine("duckdb"))
    frameworks = [load_framework(name) for name in ("sterne_cutler", "race")] * 3
    beside = [shared.beside() for _ in frameworks]
    with ThreadPoolExecutor(len(beside)) as pool:
        stages = list(pool.map(read_lifecycle, beside, frameworks))
    for one, framework in zip(stages, frameworks, strict=True):
        pd.testing.assert_frame_equal(one.moves, read_lifecycle(alone, framework).moves)
    earlier = beside[0].at(to_day(dt.date(2024, 2, 29)))
    assert set(collect(earlier.today)[c.CUSTOMER_ID]) == {"anna", "ben"}, "another day is not everybody's"
    assert len(earlier.ledger.snapshots) < len(beside[0].ledger.snapshots)
    for one in (*beside, shared):
        one.frames.engine.close()


def test_steps_are_told_and_timed(found):
    found, told = found
    assert told == ["read", "ledger", "stages", "models", "customers"]
    assert found.timings == dict.fromkeys(told, 1.0)


def test_several_files_of_one_shape_are_one_history(tmp_path, sources):
    lines = ORDERS.splitlines(keepends=True)
    parts = [tmp_path / "first.csv", tmp_path / "second.csv"]
    parts[0].write_text("".join(lines[:5]))
    parts[1].write_text("".join([lines[0], *lines[5:]]))
    whole, halves = [load_dataset(Sources(paths), Recipe()).tables.orders for paths in (sources.orders, tuple(parts))]
    assert halves.equals(whole)


def test_weeks_are_followed_while_they_fit_and_refused_with_the_reason(dataset, engine, monkeypatch):
    framework = load_framework("sterne_cutler")
    workspace = open_workspace(dataset, engine)
    weeks = ledger_for(workspace, framework, "week", known_days=30)
    movement = read_movement(weeks, framework)
    assert weeks.unit == "week" and set(movement.days) <= set(weeks.dates)
    assert movement.begins == movement.days[0], "whoever is known from the first period on may have been for long"
    recent = movement.last(2)
    assert recent.days == movement.days[-2:] and recent.begins is None
    assert len(movement.spread_days(3)) == 3 and movement.spread_days(3)[-1] == movement.last_full

    monkeypatch.setattr("clm_core.pipeline.MOST_WEEK_ROWS", 3)
    with pytest.raises(InputError, match="By week this history is too large") as refused:
        ledger_for(open_workspace(dataset, engine), framework, "week")
    assert refused.value.next_step.startswith("Choose months")


def test_each_rule_tells_how_many_it_decides_and_the_stages_add_up(dataset, engine):
    workspace = open_workspace(dataset, engine)
    framework = load_framework("sterne_cutler")
    by_rule = count_rules(workspace, framework)
    assert list(by_rule["rule"]) == [rule.id for rule in framework.rules]
    assert dict(zip(by_rule["rule"], by_rule[c.N_CUSTOMERS], strict=True)) == {
        "silent_too_long": 0, "silent": 0, "often_or_advocate": 0, "bought_again": 1, "bought_once": 3,
        "acted_without_order": 1, "known_only": 0,
    }  # fmt: skip
    assert by_rule[c.SHARE].sum() == pytest.approx(1)
    assert count_now(workspace, framework).equals(count_by_stage(by_rule, framework))
    assert words_of(workspace, "plan") == ["plus"]
    both = edit.with_stages_of(edit.remove_stage(framework, "loyal"), framework)
    assert both.stage_ids == ["reach", "acquire", "convert", "retain", "at_risk", "lost", "loyal"]
    assert list(on_stages(count_now(workspace, framework), both)[c.N_CUSTOMERS]) == [0, 1, 3, 1, 0, 0, 0]


def test_every_fault_of_a_framework_is_told_at_once_with_its_place(dataset, engine):
    workspace = open_workspace(dataset, engine)
    faulty = edit.add_stage(edit.add_stage(load_framework("race"), "One"), "Two")
    with pytest.raises(DefinitionError, match=r"No rule leads to stage 'One'") as told:
        count_rules(workspace, faulty)
    assert told.value.where == "framework 'RACE', stages.one"
    assert told.value.found == "2 faults, also: No rule leads to stage 'Two'."


def test_a_recipe_is_checked_before_files_are_read_save_for_columns_it_may_name():
    trait = edit.put_condition(load_framework("race"), 0, Test(feature="plan", op="==", value="plus"))
    require_sound(trait, FEATURES, "recipe", before_reading=True)
    with pytest.raises(DefinitionError, match="reads 'plan', which is no feature"):
        require_sound(trait, FEATURES, "recipe")
    with pytest.raises(DefinitionError, match="is always from 0 to 1"):
        share = Test(feature="discount_share", op=">", value=50)
        require_sound(edit.put_condition(trait, 1, share), FEATURES, "recipe", before_reading=True)
