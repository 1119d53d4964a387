"""The Python that reproduces what a page shows, ready to paste into a notebook beside the files and recipe."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

_OPEN = """\
from pathlib import Path

from clm_core.engine import open_engine
from clm_core.pipeline import Sources, load_dataset, open_workspace
from clm_core.recipe import read_recipe

recipe = read_recipe(Path("recipe.toml"))  # your choices; download it on the page "Take it with you"
sources = Sources({sources})
dataset = load_dataset(sources, recipe)
workspace = open_workspace(dataset, open_engine("duckdb"), recipe.as_of)
"""

_STEPS = {
    "data": """\
from clm_core.completeness import completeness
from clm_core.eligibility import assess

imported = dataset.imported["orders"]
print(imported.rows_read, imported.rows_kept, imported.rows_set_aside, imported.mapping.columns)
print(completeness(dataset.tables).gaps)  # runs of days without an order that are unusual for this shop
print(assess(dataset.tables, workspace.as_of_day, recipe.horizon_days))
""",
    "lifecycle": """\
from clm_core.pipeline import read_lifecycle

lifecycle = read_lifecycle(workspace, recipe.chosen_framework())
print(lifecycle.counts)  # people by stage; lifecycle.stock and lifecycle.moves hold every month end

from clm_core.breakdown import GROUP, groupings, stage_members, stages_by, with_group

print(groupings(workspace.frames))  # what people can be told apart by here
grouped = with_group(workspace.frames, workspace.today, "persona", workspace.as_of_day, recipe.personas)
print(stages_by(grouped.frame, recipe.chosen_framework(), GROUP, order=grouped.order))
print(stage_members(workspace.today, recipe.chosen_framework(), recipe.chosen_framework().stage_ids[0]))  # who they are
""",
    "movement": """\
from clm_core.pipeline import ledger_for
from clm_core.progress import conversion, count_paths, flows_between, read_movement, time_in_stage

framework = recipe.chosen_framework()
ledger = ledger_for(workspace, framework, "month", known_days=0)  # or "week"
movement = read_movement(ledger, framework)
print(movement.comings)  # newly known, back on the path, newly off it, quick ratio; movement.moves holds every move
print(flows_between(ledger, framework, movement.spread_days(4)))
paths = count_paths(ledger, framework)
print(conversion(paths, [1]))  # with 95 % Wilson intervals
print(time_in_stage(paths))
""",
    "cohorts": """\
from clm_core.cohorts import cohort_orders, cohort_path, new_customers

print(new_customers(workspace.frames, workspace.as_of_day).sentence)
print(cohort_orders(workspace.frames, workspace.as_of_day, "month"))  # who ordered again, and what they spent
print(cohort_path(workspace.frames, workspace.ledger, recipe.chosen_framework(), "month"))
""",
    "limits": """\
from clm_core.rhythm import limits_for, read_rhythm
from clm_core.sensitivity import compare_rule_sets, limit_sensitivity
from clm_core.frameworks import silence_frameworks

framework = recipe.chosen_framework()
rhythm = read_rhythm(dataset.tables, workspace.as_of_day)
if rhythm.proposal:  # else rhythm.refusal says why
    print(rhythm.proposal, limits_for(framework, rhythm.proposal))
rule_sets = {"Your rules": framework} | {preset.name: preset for preset in silence_frameworks()}
print(compare_rule_sets(workspace.today, rule_sets))
print(limit_sensitivity(workspace.today, framework))  # who changes stage when one limit moves
""",
    "compare": """\
from clm_core.compare import compare_stages, in_every, who_differs
from clm_core.frameworks import load_framework, shipped_frameworks

a, b = recipe.chosen_framework(), load_framework("race")  # or parse_framework(text of a file of your own)
compared = compare_stages(workspace.today, a, b)
print(compared.n_differ, compared.value_differs)
print(compared.cells)  # stages under A and B of the same people
print(who_differs(workspace.today, a, b))
print(in_every(workspace.today, "C-000001", shipped_frameworks()))  # one customer in every framework
""",
    "gaps": """\
from clm_core.gaps import gaps, gather_evidence, load_catalogue, prioritise, stage_facts, starting_scores, vocabulary
from clm_core.models import score_customers
from clm_core.pipeline import list_customers
from clm_core.progress import count_paths
from clm_core.stages import count_stages

framework, catalogue, words = recipe.chosen_framework(), load_catalogue("retail"), vocabulary()
evidence = gather_evidence(workspace.frames, workspace.today, workspace.as_of_day, words.evidence)
print(evidence)  # figure, denominator and question behind each suggestion
table = gaps(starting_scores(catalogue, evidence), catalogue, words, words.kin(framework))
scores = score_customers(workspace.frames, workspace.as_of_day, recipe.horizon_days, recipe.discount_rate)
stages = count_stages(list_customers(workspace, framework, recipe.personas, scores), framework)
facts = stage_facts(count_paths(workspace.ledger, framework), stages)
print(prioritise(table, catalogue, words, framework, facts))
""",
    "customer": """\
from clm_core.pipeline import tell_story
from clm_core.silence import early_warning

framework = recipe.chosen_framework()
story = tell_story(workspace, framework, "...")  # an id as in your file
print(story.rules)  # each rule, whether it holds, and which decided; story.told.ahead holds what silence will bring
print(early_warning(workspace.frames, workspace.today, framework, workspace.as_of_day, n_days=30))
""",
    "crm": """\
from clm_core.crm_stages import compare_with_crm, crm_stages, suggest_meaning

framework, history = recipe.chosen_framework(), dataset.tables.stage_history
if history is not None:
    meaning = suggest_meaning(crm_stages(history), framework)  # change what does not fit
    print(compare_with_crm(history, workspace.ledger, framework, meaning).agreement)
""",
    "customers": """\
from clm_core.models import score_customers
from clm_core.pipeline import list_customers

scores = score_customers(workspace.frames, workspace.as_of_day, recipe.horizon_days, recipe.discount_rate)
customers = list_customers(workspace, recipe.chosen_framework(), recipe.personas, scores)
print(customers.head())
""",
    "personas": """\
from clm_core.models import score_customers
from clm_core.personas import count_personas, persona_stages
from clm_core.pipeline import list_customers

framework = recipe.chosen_framework()
scores = score_customers(workspace.frames, workspace.as_of_day, recipe.horizon_days, recipe.discount_rate)
customers = list_customers(workspace, framework, recipe.personas, scores)
print(count_personas(customers, recipe.personas))
print(persona_stages(customers, recipe.personas, framework))
""",
    "models": """\
from clm_core import outlook
from clm_core.findings import card_of
from clm_core.models import score_customers
from clm_core.pipeline import list_customers

scores = score_customers(workspace.frames, workspace.as_of_day, recipe.horizon_days, recipe.discount_rate)
print(scores.cards)  # definition, windows, metrics beside the baseline, verdict
framework = recipe.chosen_framework()
customers = list_customers(workspace, framework, recipe.personas, scores)
asked = outlook.at_stake(customers, framework, "bought")  # or "path", "repeat", "year"
print(outlook.stake_by(outlook.with_stake(asked), "stage", framework.stage_ids))  # or "persona"
print(outlook.value_by(asked, "stage", framework.stage_ids))
print(outlook.next_orders(asked, workspace.as_of_day))
reasons = outlook.learn_reasons(customers, "churn_prob", card_of(scores, "churn"))
print(outlook.explain(reasons, asked.head(1)))  # what sets one customer apart

day = outlook.day_back(workspace.frames, workspace.as_of_day, recipe.horizon_days, months=6)
then = list_customers(
    workspace.at(day), framework, recipe.personas, score_customers(workspace.frames, day, recipe.horizon_days)
)
told = outlook.with_outcomes(workspace.frames, then, day, recipe.horizon_days)
print(outlook.tenths(told, "churn_prob", "has_no_order"))  # what would have been said, and what came
""",
    "cost": """\
from clm_core import outlook

own = outlook.own_figures(workspace.frames, workspace.as_of_day)
print(own, own.formula, own.formula.value)  # average order × orders a year × years
first, last = workspace.as_of_day - 364, workspace.as_of_day
n_won = outlook.n_won(workspace.frames, first, last)
spent = outlook.spent_on_winning(dataset.tables, first, last) or 0.0  # or what you know
bargain = outlook.Bargain(outlook.cost_per_customer(spent, n_won), own.formula.value, margin=1.0)
curve = outlook.payback_curve(workspace.frames, workspace.as_of_day)
print(bargain.ratio, outlook.payback_month(curve, bargain), curve)
""",
}


_CONTRACTS = """\
from pathlib import Path

from clm_core.contracts import Margin, Roles, best_groups, learn, measure, prepare, share_of_group, tenure_curves, worth, worth_by_group
from clm_core.ingest.one_table import read_one_table

table = read_one_table([Path({name!r})])
roles = {roles!r}
contracts = prepare(table.frame, roles, window_days={window_days})
learned = learn(contracts)  # probabilities from models that did not see the customer
print(best_groups(contracts, learned), learned.suspects)
print(learned.metrics, measure(contracts.left, share_of_group(contracts, {group!r})))
told = worth(contracts, learned, {group!r}, {margin!r}, months_ahead={months_ahead})
print(told, worth_by_group(told), tenure_curves(contracts, {group!r}))
"""


def python_for_contracts(name: str, roles: object, **choices: object) -> str:
    """The script for a table of contracts: ``choices`` are `window_days`, `group`, `margin` and `months_ahead`."""
    return _CONTRACTS.format(name=name, roles=roles, **choices)


def command_for(files: Mapping[str, Sequence[str]]) -> str:
    """The terminal's command for the same files and recipe."""
    words = ["python", "-m", "clm_core", "analyse", *files["orders"]]
    for kind in ("customers", "events", "spend"):
        for name in files.get(kind, ()):
            words += [f"--{kind}", name]
    return shlex.join([*words, "--recipe", "recipe.toml", "--out", "results"])


def python_for(step: str, files: Mapping[str, Sequence[str]]) -> str:
    """A script for one page: ``step`` is data, lifecycle, movement, cohorts, limits, compare, gaps, customer, crm, customers, personas, models or cost; ``files`` are names by table."""
    sources = ", ".join(
        f"{kind}=({', '.join(f'Path({name!r})' for name in names)},)" for kind, names in files.items() if names
    )
    return _OPEN.format(sources=sources) + "\n" + _STEPS[step]
