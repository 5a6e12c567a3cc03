"""A guard against formula injection: a spreadsheet runs a cell that begins like a formula (CWE-1236; OWASP "CSV Injection").

A cell that begins with = + - @ (also full-width), a tab or a line end gets an apostrophe before it, by which spreadsheets know a text. So
does a cell that looks guarded already, so that taking one apostrophe away always gives back what was written.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guard(cell: str) -> str:
    """The cell as it can be opened in a spreadsheet."""
    return "'" + cell if _DANGEROUS.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell as it was before ``guard``."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
