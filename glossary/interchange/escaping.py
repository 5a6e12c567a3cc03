r"""Several values in one cell: joined by a separator, with a backslash before a separator or a backslash that belongs to a value."""

from __future__ import annotations

import re
from collections.abc import Iterable


def join(values: Iterable[str], separator: str) -> str:
    r"""One text for several. ``separator`` is one character, not a backslash."""
    return separator.join(value.replace("\\", "\\\\").replace(separator, "\\" + separator) for value in values)


def split(text: str, separator: str) -> tuple[str, ...]:
    r"""The values in a text; none in an empty one. A backslash before any other character is itself."""
    if not text:
        return ()
    values = [""]
    for piece in re.findall(rf"\\[\\{re.escape(separator)}]|{re.escape(separator)}|[^\\{re.escape(separator)}]+|\\", text):
        if piece == separator:
            values.append("")
        else:
            values[-1] += piece[1] if len(piece) == 2 and piece[0] == "\\" else piece
    return tuple(values)
