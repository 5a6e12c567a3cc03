"""Output for people: tables of terms and totals."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.translation.result import TermStatus, Translation

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_STYLES = {TermStatus.MET: "green", TermStatus.REPAIRED: "yellow", TermStatus.UNMET: "bold red"}
_MARKS = {TermStatus.MET: "met", TermStatus.REPAIRED: "repaired", TermStatus.UNMET: "UNMET"}


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(data, ensure_ascii=False, indent=1))


def term_table(translations: Sequence[Translation], title: str) -> Table:
    """A row for each term and status, with how often, unmet ones first."""
    rows: dict[tuple[str, str, TermStatus], list[str]] = defaultdict(list)
    for translation in translations:
        for use in translation.terms:
            rows[use.source_text, use.approved, use.status].append(use.target_text or "—")
    table = Table(title=title, title_justify="left")
    for heading in ("term", "approved rendering", "in the translation", "status"):
        table.add_column(heading, overflow="fold")
    table.add_column("n", justify="right")
    order = {TermStatus.UNMET: 0, TermStatus.REPAIRED: 1, TermStatus.MET: 2}
    for (source, approved, status), found in sorted(rows.items(), key=lambda r: (order[r[0][2]], r[0][0])):
        written = ", ".join(dict.fromkeys(found))
        table.add_row(source, approved, written, Text(_MARKS[status], style=_STYLES[status]), str(len(found)))
    return table


def coloured(translation: Translation) -> Text:
    """The translated text with its terms in the colour of their status."""
    text = Text()
    for segment in translation.segments:
        part = Text(segment.target)
        for use in segment.terms:
            if use.target_span and use.concept:
                part.stylize(_STYLES[use.status], *use.target_span)
        text.append_text(part).append(segment.separator)
    return text


def totals_line(totals: Mapping[str, int]) -> str:
    """The numbers of a result in one sentence."""
    terms = totals.get("terms", 0)
    good = totals.get("met", 0) + totals.get("repaired", 0)
    share = f" ({good / terms:.1%})" if terms else ""
    return (
        f"{totals.get('segments', 0)} segments, {terms} term occurrences: {totals.get('met', 0)} met, "
        f"{totals.get('repaired', 0)} repaired, {totals.get('unmet', 0)} unmet{share}; {totals.get('findings', 0)} findings"
    )
