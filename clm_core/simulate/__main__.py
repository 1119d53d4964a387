"""``python -m clm_core.simulate OUT_DIR`` writes the sample files."""

from __future__ import annotations

import sys
from pathlib import Path

from clm_core.simulate.files import write_files
from clm_core.simulate.shop import simulate_shop
from clm_core.simulate.subscribers import write_subscribers


def main(arguments: list[str]) -> int:
    """Write the sample files into the one folder named; 0 when done, 2 when called otherwise."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("Usage: python -m clm_core.simulate OUT_DIR\n")
        return 2
    folder = Path(arguments[0])
    for path in (*write_files(simulate_shop(), folder), write_subscribers(folder)):
        sys.stdout.write(f"{path} ({path.stat().st_size:,} bytes)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
