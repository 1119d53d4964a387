"""Recipes: everything a user tuned goes into TOML and comes back equal; what does not fit is refused by its place."""

import datetime as dt
import tomllib

import pytest

from clm_core.conditions import AnyOf, Not, Test
from clm_core.errors import DefinitionError, InputError
from clm_core.frameworks import load_framework
from clm_core.ingest import Mapping
from clm_core.personas import Persona, default_personas
from clm_core.recipe import Recipe, dump_recipe, parse_recipe, read_recipe

TUNED = Recipe(
    framework="race",
    limits={"at_risk_days": 90.0, "lost_days": 200.5},
    horizon_days=30,
    discount_rate=0.08,
    as_of=dt.date(2024, 2, 29),
    mapping={
        "orders": Mapping(columns={"customer_id": "Käufer „A“", "ordered_at": "Datum"}, date_order="dmy", decimal=",")
    },
    personas=(
        Persona(
            name="Näscher",
            story="Zwei\nZeilen.",
            hobbies=("a", "b"),
            rule=AnyOf(
                any=(
                    Not(part=Test(feature="n_orders", op=">=", value=2)),
                    Test(feature="first_channel", op="in", value=("web", "shop")),
                    Test(feature="mean_gap_days", op="missing"),
                )
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        TUNED,
        Recipe(personas=()),
        Recipe(definition=load_framework("loyalty_loop")),
    ],
    ids=["plain", "tuned", "nobody", "own definition"],
)
def test_a_recipe_goes_into_toml_and_comes_back_equal(recipe):
    text = dump_recipe(recipe)
    assert parse_recipe(text) == recipe
    assert dump_recipe(parse_recipe(text)) == text


def test_an_empty_recipe_is_the_default_one():
    assert parse_recipe("") == Recipe()
    assert Recipe().personas == default_personas()
    assert Recipe().chosen_framework() == load_framework("sterne_cutler")


def test_days_are_dates_in_the_file():
    assert tomllib.loads(dump_recipe(TUNED))["as_of"] == dt.date(2024, 2, 29)


def test_limits_tune_the_chosen_framework():
    chosen = TUNED.chosen_framework()
    assert (chosen.id, chosen.limit_values) == ("race", {"at_risk_days": 90.0, "lost_days": 200.5})
    own = Recipe(framework="race", definition=load_framework("loyalty_loop"), limits={"bond_orders": 5})
    assert (own.chosen_framework().id, own.chosen_framework().limit_values["bond_orders"]) == ("loyalty_loop", 5)


def test_text_that_is_no_toml_is_refused_with_its_line():
    with pytest.raises(DefinitionError, match=r"The recipe is not valid TOML") as told:
        parse_recipe("framework = 'race'\nlimits = {", "mine.toml")
    assert told.value.where == "mine.toml"
    assert told.value.next_step == "Mend that line."


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("horizon_days = 6", "horizon_days"),
        ("horizon_days = 731", "horizon_days"),
        ("version = 2", "version"),
        ("as_of = 'yesterday'", "as_of"),
        ("framwork = 'race'", "framwork"),
        ("[limits]\nlost_days = 'long'", "limits → lost_days"),
        ("[mapping.orders]\ndate_order = 'dmy'", "mapping → orders → columns"),
        ("[mapping.order.columns]\ncustomer_id = 'x'", "mapping → order → [key]"),
        ("[[personas]]\nname = 'A'", "personas → 0 → rule"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(text, place):
    with pytest.raises(DefinitionError, match=r"The recipe does not fit") as told:
        parse_recipe(text, "mine.toml")
    assert told.value.where == f"mine.toml, {place}"
    assert "horizon_days" in told.value.allowed
    assert told.value.next_step


@pytest.mark.parametrize("horizon", [7, 730])
def test_the_horizons_ends_are_allowed(horizon):
    assert parse_recipe(f"horizon_days = {horizon}").horizon_days == horizon


def test_a_misspelt_framework_is_named_with_those_there_are():
    with pytest.raises(DefinitionError, match=r"There is no such framework. Did you mean 'race'\?"):
        parse_recipe("framework = 'rac'").chosen_framework()


def test_a_recipe_is_read_from_its_file(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(dump_recipe(TUNED), encoding="utf-8")
    assert read_recipe(path) == TUNED


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    binary = tmp_path / "photo.toml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    for path in (tmp_path / "missing.toml", binary, tmp_path):
        with pytest.raises(InputError, match=r"The recipe cannot be read") as told:
            read_recipe(path)
        assert told.value.where == str(path)
        assert told.value.next_step


def test_a_limit_the_framework_does_not_have_is_told():
    with pytest.raises(DefinitionError, match=r"no limit of that name\. Did you mean 'lost_days'"):
        Recipe(limits={"lots_days": 300}).chosen_framework()
