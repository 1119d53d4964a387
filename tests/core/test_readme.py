"""What the project says of itself holds: the first page leads to a result, and every example runs."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from clm_core.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
FIRST_SCREEN = 30


def python_blocks(text):
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def console_blocks(text):
    """(arguments, lines of output) of each command of ours that is shown with what it prints; "…" stands for more."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    found = []
    for block in blocks:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = [line for line in part.splitlines() if line.strip() not in ("", "…", "...")]
            if command.startswith("python -m clm_core ") and output:
                found.append((command.removeprefix("python -m clm_core "), output))
    return found


def missing_from_first_page(text):
    """What a first page lacks, of: one sentence, a picture, two commands, a result before line 30."""
    lines = text.splitlines()
    top = "\n".join(lines[: FIRST_SCREEN - 1])
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    first = paragraphs[1] if len(paragraphs) > 1 else ""
    has = {
        "a title": text.startswith("# "),
        "one sentence": bool(re.fullmatch(r"[^\n!#|`].*[.]", first, flags=re.DOTALL)),
        "a picture": bool(re.search(r"!\[[^\]]+\]\([^)]+\)|<img [^>]*alt=", text)),
        "make app": bool(re.search(r"^\s*(\$ )?make app\b", text, flags=re.MULTILINE)),
        "make test": bool(re.search(r"^\s*(\$ )?make test\b", text, flags=re.MULTILINE)),
        "a result": bool(re.search(r"^(```text|\|.*\|)", top, flags=re.MULTILINE))
        or bool(re.search(r"!\[.+\]\(", top)),
    }
    return [name for name, is_there in has.items() if not is_there]


def test_the_first_page_leads_to_a_result():
    assert missing_from_first_page(README.read_text(encoding="utf-8")) == []


def test_pictures_and_links_lead_somewhere():
    text = README.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_runs(path, tmp_path):
    blocks = python_blocks(path.read_text(encoding="utf-8"))
    if not blocks:
        pytest.skip(f"{path.name} has no example in Python")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_with_its_output_gives_it(path, tmp_path, monkeypatch, capsys):
    shown = console_blocks(path.read_text(encoding="utf-8")) if path.exists() else []
    if not shown:
        pytest.skip(f"{path.name} shows no output of a command")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    for command, output in shown:
        assert main(shlex.split(command)) == 0
        told = capsys.readouterr().out
        assert [line for line in output if line not in told.splitlines()] == []


GOOD = """# Shop

Tells who stays.

![A chart](docs/a.png)

```
make app
make test
```

| stage | customers |
"""


def test_the_first_page_rule_can_fail():
    assert missing_from_first_page(GOOD) == []
    assert missing_from_first_page(GOOD.replace("Tells who stays.\n\n", "")) == ["one sentence"]
    assert missing_from_first_page(GOOD.replace("make test", "pytest")) == ["make test"]
    assert missing_from_first_page(GOOD.replace("![A chart](docs/a.png)\n", "")) == ["a picture"]
    late = GOOD.replace("![A chart](docs/a.png)\n", "").replace("| stage", "\n" * 30 + "![c](d.png)\n\n| stage")
    assert missing_from_first_page(late) == ["a result"]


def test_examples_are_found():
    assert console_blocks("```\n$ python -m clm_core analyse a --out b\n1 row\n…\n$ ls\nb\n```\n") == [
        ("analyse a --out b", ["1 row"])
    ]
    assert python_blocks("a\n```python\nx = 1\n```\nb\n```\nno\n```\n```python\ny = 2\n```\n") == ["x = 1\n", "y = 2\n"]
