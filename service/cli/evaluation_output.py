"""An evaluation as plain data and as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from service.cli.console import out
from service.evaluation import Difference, Evaluation, Injection, Interval, Part, Scores, TermScores

_MOST_TAGS = 30  # rows of the table of tags; the JSON has all
_NONE = "–"
# metric: what it is called, figures after the point, and what a figure is multiplied by
_METRICS = {
    "term_success": ("term success rate", 3, 1),
    "all_constraints": ("all-constraints rate", 3, 1),
    "consistency": ("consistency", 3, 1),
    "chrf2": ("chrF2", 1, 1),
    "bleu": ("BLEU", 1, 1),
    "broken": ("broken outputs, %", 1, 100),
}


def evaluation_data(result: Evaluation) -> dict[str, Any]:
    """The evaluation as plain data, with the rates that are worked out from its counts."""
    data = asdict(result)
    _add_rates(data["reference"], result.reference)
    for name, scores in result.runs.items():
        run = data["runs"][name]
        _add_rates(run["terms"], scores.terms)
        run["counted_unmet"] = scores.terms.occurrences - scores.terms.met
        for group, parts in (("domains", scores.domains), ("tags", scores.tags)):
            for key, part in parts.items():
                _add_rates(run[group][key]["terms"], part.terms)
    return data


def injection_data(injection: Injection) -> dict[str, Any]:
    """The look-alikes as plain data, with the rates."""
    return {
        **asdict(injection),
        "matched_wrongly": injection.matched_wrongly,
        "injected": injection.injected,
        "injection_error": injection.injection_error,
        "interval": asdict(injection.interval),
    }


def show_evaluation(result: Evaluation, name: str) -> None:
    """Print the tables: the runs side by side, then by domain and by tag, then the signatures."""
    out.print(_runs(result, name))
    for heading, group in (("by domain of the terms", "domains"), ("by tag", "tags")):
        parts = {run: getattr(scores, group) for run, scores in result.runs.items()}
        if any(parts.values()):
            out.print(_parts(parts, heading))
    out.print(f"intervals: 95 %, {result.resamples:,} bootstrap resamples of the texts, paired where runs are compared", style="dim")
    for metric, signature in result.signatures.items():
        out.print(f"{metric}: {signature}", style="dim", markup=False)


def show_injection(injection: Injection, name: str) -> None:
    """Print the injection error and every term that was seen wrongly."""
    low, high = injection.interval.low, injection.interval.high
    languages = ", ".join(f"{n} {code}" for code, n in injection.languages.items())
    out.print(f"{name}: {injection.cases} look-alikes ({languages})", markup=False)
    out.print(
        f"injection error {injection.injection_error:.3f} [{low:.3f}, {high:.3f}]: {injection.injected} with an unmeant term in the "
        f"translation, {injection.matched_wrongly} with one seen in the source; {injection.missed} meant terms not seen",
        markup=False,
    )
    words = {True: "in the translation", False: "seen, not in the translation", None: "seen, not translated for want of a model"}
    for match in injection.wrong:
        out.print(f"  {match.label}: {match.text} taken for {match.concept} ({words[match.injected]})", markup=False)


def _add_rates(place: dict[str, Any], terms: TermScores) -> None:
    place.update(term_success=terms.term_success, all_constraints=terms.all_constraints)


def _runs(result: Evaluation, name: str) -> Table:
    title = f"{name}: {result.pairs} pairs, {result.reference.occurrences} term occurrences"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    headings = [*(f"glossary {run}" for run in result.runs), "reference", *result.differences]
    for heading in headings:
        table.add_column(heading, justify="right")
    runs = list(result.runs.values())
    for metric in _METRICS:
        cells = [_figure(metric, _value(s, metric), s.intervals.get(metric)) for s in runs]
        ceiling = getattr(result.reference, metric, None)
        cells.append(_figure(metric, ceiling, result.reference_intervals.get(metric)) if ceiling is not None else "")
        cells.extend(_difference(metric, differences.get(metric)) for differences in result.differences.values())
        table.add_row(_METRICS[metric][0], *cells)
    counts: list[tuple[str, list[str], str]] = [
        ("unmet, counted", [_unmet(s.terms) for s in runs], _unmet(result.reference)),
        ("unmet, reported", [_count(s.reported_unmet) for s in runs], ""),
        ("unmet and not reported", [_count(s.unreported) for s in runs], ""),
        *((f"segments, rung {r}", [str(s.rungs.get(r, 0)) for s in runs], "") for r in _keys(runs, "rungs")),
        *((f"occurrences, rung {r}", [str(s.term_rungs.get(r, 0)) for s in runs], "") for r in _keys(runs, "term_rungs")),
        *((f"seconds, {r}", [f"{s.seconds_by_rung.get(r, 0.0):.1f}" for s in runs], "") for r in _keys(runs, "seconds_by_rung")),
        ("seconds", [f"{s.seconds:.1f}" for s in runs], ""),
    ]
    for label, values, reference in counts:
        table.add_row(label, *values, reference)
    return table


def _keys(runs: list[Scores], group: str) -> list[str]:
    return sorted({key for scores in runs for key in getattr(scores, group)})


def _parts(parts: Mapping[str, Mapping[str, Part]], heading: str) -> Table:
    names = sorted({name for run in parts.values() for name in run}, key=lambda n: (-max(run[n].pairs for run in parts.values()), n))
    left_out = f", the {_MOST_TAGS} largest of {len(names)}" if len(names) > _MOST_TAGS else ""
    table = Table(title=heading + left_out, title_justify="left")
    table.add_column("")
    for column in ("pairs", "terms"):
        table.add_column(column, justify="right")
    for run in parts:
        table.add_column(f"{run}: term success", justify="right")
        table.add_column("chrF2", justify="right")
        table.add_column("broken, %", justify="right")
    for name in names[:_MOST_TAGS]:
        own = [run[name] for run in parts.values()]
        cells = [
            cell
            for part in own
            for cell in (_figure(m, _value(part, m), part.intervals.get(m) if m == "term_success" else None)
                         for m in ("term_success", "chrf2", "broken"))
        ]  # fmt: skip
        table.add_row(name, str(own[0].pairs), str(own[0].terms.occurrences), *cells)
    return table


def _value(scores: Scores | Part, metric: str) -> float | None:
    value: float | None = getattr(scores.terms if hasattr(scores.terms, metric) else scores, metric)
    return value


def _figure(metric: str, value: float | None, spread: Interval | None) -> str:
    _, places, factor = _METRICS[metric]
    if value is None:
        return _NONE
    text = f"{value * factor:.{places}f}"
    return f"{text} \\[{spread.low * factor:.{places}f}, {spread.high * factor:.{places}f}]" if spread else text


def _difference(metric: str, difference: Difference | None) -> str:
    if difference is None:
        return _NONE
    _, places, factor = _METRICS[metric]
    text = f"{difference.value * factor:+.{places}f}"
    spread = difference.interval
    return f"{text} \\[{spread.low * factor:+.{places}f}, {spread.high * factor:+.{places}f}]" if spread else text


def _count(value: int | None) -> str:
    return _NONE if value is None else str(value)


def _unmet(scores: TermScores) -> str:
    return str(scores.occurrences - scores.met)
