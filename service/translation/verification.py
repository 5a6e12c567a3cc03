"""(source, target, constraints) → what happened to each term, and findings. Looks at the text alone, not at how it was made."""

from __future__ import annotations

from collections.abc import Sequence

from glossary.matching import Hit
from service.translation.constraints import assign
from service.translation.defects import defects
from service.translation.enforcement import Task
from service.translation.languages import Language
from service.translation.number_repair import number_findings
from service.translation.repair import Candidate
from service.translation.result import Finding, FindingKind, Rung, TermStatus, TermUse


def verify(
    task: Task, candidate: Candidate, languages: tuple[Language, Language], without: Sequence[Hit] = ()
) -> tuple[tuple[TermUse, ...], tuple[Finding, ...]]:
    """Term uses and findings of a translated segment.

    ``without`` are hits whose concept has no term in the target language: they bind nothing, and are reported.
    """
    written = dict(candidate.written)
    base = Rung.DECODED if candidate.rung in (Rung.REPAIRED, Rung.FORCED) else candidate.rung
    uses: list[TermUse] = []
    findings: list[Finding] = []
    for constraint, span in zip(task.constraints, assign(candidate.text, task.constraints), strict=True):
        if span is None:
            status, rung = TermStatus.UNMET, Rung.UNMET
            kind = FindingKind.UNMET_TERM if constraint.concept else FindingKind.LOST_PROTECTED
            message = f"{constraint.source_text} should be rendered {constraint.rendering!r}"
            findings.append(Finding(kind, message, constraint.span, constraint.concept))
        else:
            rung = written.get(constraint.span, base)
            status = TermStatus.REPAIRED if constraint.span in written else TermStatus.MET
        uses.append(
            TermUse(
                constraint.concept, constraint.domain, constraint.span, constraint.source_text, constraint.rendering,
                status, rung, span, candidate.text[span[0] : span[1]] if span else None,
            )
        )  # fmt: skip
    expected = [(c.source_text, c.rendering) for c in task.constraints]
    findings.extend(defects(task.text, candidate.text, languages, expected=expected))
    findings.extend(number_findings(task.text, candidate.text, task.constraints, languages))
    if candidate.rung is Rung.DIVIDED:
        findings.append(Finding(FindingKind.DIVIDED, "translated in parts; read it against the source"))
    for hit in without:
        message = f"{hit.text} has no approved {languages[1].name} term in the termbase"
        findings.append(Finding(FindingKind.NO_TERM, message, (hit.start, hit.end), hit.concept.id))
    return tuple(uses), tuple(findings)
