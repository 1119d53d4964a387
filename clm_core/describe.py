"""What was recognised in a file, as lines of text for a terminal."""

from __future__ import annotations

from clm_core.ingest import ROLES, Inspection

_WIDEST_SAMPLE = 40


def describe(inspection: Inspection) -> list[str]:
    """The export, how the file is written, the column of each role with how sure that is, and what is not used."""
    mapping = inspection.guess.mapping
    lines = [
        f"{inspection.file_name}: {_title(inspection)}",
        f"  {inspection.n_rows:,} rows; {inspection.dialect.summary}",
    ]
    if inspection.preset is not None and inspection.preset.table is None:
        return [*lines, f"  for orders use {inspection.preset.instead}"] if inspection.preset.instead else lines
    rows = [_role_row(inspection, role.name) for role in ROLES[inspection.kind] if role.name in mapping.columns]
    rows += [(role, f"always '{text}'", "", "") for role, text in mapping.constants.items()]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    lines += [
        "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows
    ]
    unused = [column.name for column in inspection.columns if column.name not in mapping.columns.values()]
    if unused and inspection.kind != "customers":
        lines.append(f"  not used: {', '.join(unused)}")
    lines += [
        f"  missing: {role.label}"
        for role in ROLES[inspection.kind]
        if role.required and not _has(inspection, role.name)
    ]
    return lines + [f"  note: {note}" for note in (*inspection.dialect.notes, *_preset_notes(inspection))]


def _preset_notes(inspection: Inspection) -> tuple[str, ...]:
    return inspection.preset.notes if inspection.preset else ()


def _title(inspection: Inspection) -> str:
    preset = inspection.preset
    if preset is None:
        return f"no export known by name; read as {inspection.kind}"
    return f"{preset.title} ({preset.menu}); " + (f"feeds {preset.table}" if preset.table else preset.lacks)


def _role_row(inspection: Inspection, role: str) -> tuple[str, str, str, str]:
    name = inspection.guess.mapping.columns[role]
    column = next(column for column in inspection.columns if column.name == name)
    sample = " ".join(column.samples[0].split()) if column.samples else ""
    shown = sample if len(sample) <= _WIDEST_SAMPLE else sample[: _WIDEST_SAMPLE - 1] + "…"
    return role, name, f"{inspection.guess.confidence.get(role, 0):.0%} sure", shown


def _has(inspection: Inspection, role: str) -> bool:
    mapping = inspection.guess.mapping
    return role in mapping.columns or role in mapping.constants
