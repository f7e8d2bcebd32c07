"""Writes the demonstration roster: python -m demo [FILE]."""

import sys
from pathlib import Path

from demo.bureau import DemonstrationBureau


def main() -> None:
    """Write demo/roster.xlsx, or the file named, and say where it is."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("roster.xlsx")
    target.write_bytes(DemonstrationBureau().workbook())
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
