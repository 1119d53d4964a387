"""The same from a terminal: ``python -m clm_core analyse ORDERS --out DIR``, and ``inspect FILE`` to look before.

Exit 0 when every file of the contract was written, 2 with one message on standard error otherwise. What a command needs is
loaded when it runs: whoever asks for help does not wait for it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from clm_core.errors import ClmError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except ClmError as fault:
        print(fault, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, RuntimeError) as end:
        # DuckDB turns an interrupt that meets it inside a query into an error of its own
        if isinstance(end, RuntimeError) and str(end) != "Query interrupted":
            raise
        print("Cancelled; nothing was written.", file=sys.stderr)
        return 130


def _inspect(options: argparse.Namespace) -> int:
    from clm_core.describe import describe
    from clm_core.ingest import inspect

    for path in options.files:
        print("\n".join(describe(inspect([path]))))
    return 0


def _analyse(options: argparse.Namespace) -> int:
    from clm_core.run import run

    run(options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m clm_core", description="Customer lifecycle from an orders file.")
    commands = parser.add_subparsers(required=True)
    look = commands.add_parser("inspect", help="what each file is recognised as, and which column plays which role")
    look.add_argument("files", nargs="+", type=Path, help="any export")
    look.set_defaults(command=_inspect)
    run = commands.add_parser("analyse", help="orders in; stages, moves, churn and value out")
    run.add_argument("orders", nargs="+", type=Path, help="CSV, TSV, TXT, XLSX, Parquet or compressed CSV")
    run.add_argument("--customers", type=Path, action="append", default=[], help="one row per customer")
    run.add_argument("--events", type=Path, action="append", default=[], help="one row per contact or action")
    run.add_argument("--spend", type=Path, action="append", default=[], help="cost by channel and period")
    run.add_argument("--recipe", type=Path, help="a recipe.toml that an earlier run or the app wrote")
    run.add_argument("--as-of", help="the day of the analysis, YYYY-MM-DD (default: the day of the last order)")
    run.add_argument("--horizon-days", help="how far the scores look ahead (default: 90)")
    run.add_argument("--engine", default="duckdb", help="duckdb, pandas or spark (default: duckdb)")
    run.add_argument("--master", help="the Spark master, with --engine spark")
    run.add_argument("--out", type=Path, required=True, help="the folder for the results")
    run.add_argument("--hash-emails", action="store_true", help="read every e-mail as its SHA-256")
    run.set_defaults(command=_analyse)
    return parser


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a stage name must not stop an old console
    sys.exit(main())
