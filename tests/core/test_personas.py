"""Personas: who belongs to whom, and what each is worth."""

import math

import pandas as pd
import pytest

from clm_core import columns as c
from clm_core.conditions import Feature, Test
from clm_core.engine import collect
from clm_core.errors import DefinitionError
from clm_core.features import FEATURES, build_features, load_frames
from clm_core.frameworks import load_framework
from clm_core.personas import (
    EVERYONE_ELSE,
    MOST_PERSONAS,
    PERSONA_NO,
    Persona,
    assign_personas,
    check_personas,
    count_personas,
    default_personas,
    persona_names,
    persona_stages,
    require_sound,
)
from clm_core.tables import Tables

DAY = 19_000
FRUGAL = Persona(name="Frugal", rule=Test(feature="spend_total", op="<", value=10))
RICH = Persona(name="Rich", rule=Test(feature="spend_total", op=">=", value=100))


def test_the_first_persona_that_fits_is_the_one(make_orders, engine):
    tables = Tables(make_orders([("a", DAY, 9.99), ("b", DAY, 10.0), ("c", DAY, 100.0)]))
    buyer = Persona(name="Buyer", rule=Test(feature="n_orders", op=">=", value=1))
    frame = build_features(load_frames(tables, engine), DAY)
    for personas, expected in (
        ((FRUGAL, RICH), {"a": 0, "b": 2, "c": 1}),
        ((FRUGAL, RICH, buyer), {"a": 0, "b": 2, "c": 1}),
        ((buyer, FRUGAL, RICH), {"a": 0, "b": 0, "c": 0}),
        ((), {"a": 0, "b": 0, "c": 0}),
    ):
        found = collect(assign_personas(frame, personas)).set_index(c.CUSTOMER_ID)[PERSONA_NO]
        assert found.to_dict() == expected
        assert max(expected.values()) < len(persona_names(personas))


def test_the_shipped_personas_fit_any_orders_file(make_orders, engine):
    personas = default_personas()
    assert check_personas(personas, FEATURES) == []
    often = [("often", DAY - 10 * i, 5.0) for i in range(6)]
    yearly = [("yearly", DAY - 365, 5.0), ("yearly", DAY, 5.0)]
    steady = [("steady", DAY - 30, 5.0), ("steady", DAY, 5.0)]
    hunting = [("hunter", DAY - 1, 5.0), ("hunter", DAY, 5.0)]
    rows = [*often, *yearly, *steady, *hunting, ("once", DAY, 5.0), ("credit", DAY, -5.0)]
    tables = Tables(make_orders(rows, discount=[1.0 if who == "hunter" else 0.0 for who, *_ in rows]))
    found = collect(assign_personas(build_features(load_frames(tables, engine), DAY), personas))
    names = persona_names(personas)
    assert {row.customer_id: names[row.persona_no] for row in found.itertuples()} == {
        "often": "Devoted regular",
        "hunter": "Bargain hunter",
        "yearly": "Seasonal returner",
        "steady": "Steady buyer",
        "once": "One-time buyer",
        "credit": EVERYONE_ELSE,
    }
    assert all(persona.story and persona.hobbies and persona.traits for persona in personas)


CUSTOMERS = pd.DataFrame(
    {
        c.PERSONA: ["Rich", "Rich", EVERYONE_ELSE, EVERYONE_ELSE],
        c.STAGE: ["engage", "lost", "act", "act"],
        c.N_ORDERS: [2, 3, 0, 1],
        c.SPEND_TOTAL: [100.0, 300.0, 0.0, 5.0],
        c.CHURN_PROB: [0.2, 0.4, 0.99, 0.9],
        c.EXPECTED_SPEND: [50.0, math.nan, math.nan, math.nan],
    }
)


def test_each_persona_is_counted_zeros_included():
    table = count_personas(CUSTOMERS, (FRUGAL, RICH)).set_index(c.PERSONA)
    assert table.index.tolist() == ["Frugal", "Rich", EVERYONE_ELSE]
    assert table[c.N_CUSTOMERS].tolist() == [0, 2, 2]
    assert table[c.SHARE].tolist() == [0.0, 0.5, 0.5]
    assert table["n_scored"].tolist() == [0, 2, 1]
    rich = table.loc["Rich"]
    assert (rich[c.SPEND_TOTAL], rich["spend_per_customer"]) == (400.0, 200.0)
    assert rich[c.CHURN_PROB] == pytest.approx(0.3)
    assert (rich[c.EXPECTED_SPEND], rich["expected_spend_per_customer"]) == (50.0, 50.0)
    assert table.loc[EVERYONE_ELSE, c.CHURN_PROB] == pytest.approx(0.9), "who never bought cannot stop buying"
    assert math.isnan(table.loc[EVERYONE_ELSE, c.EXPECTED_SPEND]), "not scored is not worth nothing"


def test_without_scores_the_table_has_no_columns_for_them():
    table = count_personas(CUSTOMERS[[c.PERSONA]], ())
    assert list(table) == [c.PERSONA, c.N_CUSTOMERS, c.SHARE]
    assert table[c.N_CUSTOMERS].tolist() == [2]  # the two who are nobody's; "Rich" is no persona here


def test_personas_by_stage_is_a_complete_grid():
    race = load_framework("race")
    table = persona_stages(CUSTOMERS, (FRUGAL, RICH), race)
    assert len(table) == 3 * len(race.stages)
    assert table.loc[table[c.N_CUSTOMERS] > 0, [c.PERSONA, c.STAGE, c.N_CUSTOMERS, c.SHARE]].to_numpy().tolist() == [
        ["Rich", "engage", 1, 0.5],
        ["Rich", "lost", 1, 0.5],
        [EVERYONE_ELSE, "act", 2, 1.0],
    ]
    assert table.loc[table[c.PERSONA] == "Frugal", c.SHARE].tolist() == [0.0] * len(race.stages)


@pytest.mark.parametrize(
    ("personas", "code", "message"),
    [
        ((FRUGAL, FRUGAL), "duplicate_persona", "The name 'Frugal' is taken; give each persona its own."),
        (
            (FRUGAL.model_copy(update={"name": EVERYONE_ELSE}),),
            "duplicate_persona",
            "The name 'Everyone else' is taken; give each persona its own.",
        ),
        (
            (Persona(name="Typo", rule=Test(feature="spend_totl", op="<", value=10)),),
            "unknown_feature",
            "Persona 'Typo' reads 'spend_totl', which is no feature. Did you mean 'spend_total'?",
        ),
        (
            (Persona(name="Odd", rule=Test(feature="spend_total", op="in", value=("1", "2"))),),
            "wrong_operator",
            "Persona 'Odd': 'in' does not fit number 'spend_total'; use >=, >, <=, <, ==, !=, missing, present.",
        ),
        (
            (Persona(name="Odd", rule=Test(feature="spend_total", op=">=", value="ten")),),
            "wrong_value",
            "Persona 'Odd': 'spend_total >=' takes a number, found 'ten'.",
        ),
        (
            (Persona(name="Odd", rule=Test(feature="spend_total", op=">=", limit="loyal_orders")),),
            "unknown_limit",
            "Persona 'Odd' names the limit 'loyal_orders'; give the number itself.",
        ),
        (
            tuple(FRUGAL.model_copy(update={"name": f"P{i}"}) for i in range(MOST_PERSONAS + 1)),
            "too_many_personas",
            "13 personas are given; 12 at most can be told apart on a chart.",
        ),
    ],
)
def test_each_fault_is_found_alone_and_told(personas, code, message):
    (issue,) = check_personas(personas, FEATURES)
    assert (issue.severity, issue.code, issue.message) == ("error", code, message)
    with pytest.raises(DefinitionError, match=r"^" + message.split(";")[0].replace("(", r"\(")[:20]) as told:
        require_sound(personas, FEATURES)
    assert told.value.what == message
    assert told.value.next_step == "Mend the persona's rule or name."


def test_a_trait_may_carry_a_persona():
    persona = Persona(name="Plus", rule=Test(feature="plan", op="in", value=("plus", "pro")))
    assert check_personas((persona,), {"plan": Feature("plan", "plan", kind="text")}) == []
    assert [issue.code for issue in check_personas((persona,), FEATURES)] == ["unknown_feature"]


def test_a_persona_needs_a_name_and_a_story_that_fits():
    for faulty in ({"name": ""}, {"name": "x" * 61}, {"name": "x", "story": "x" * 601}):
        with pytest.raises(ValueError, match="string_too"):
            Persona(rule=FRUGAL.rule, **faulty)
