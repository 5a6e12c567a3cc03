"""The JSON form of results. Its schema is docs/report.schema.json; spans are [start, end) in code points of the segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from service.translation.result import Finding, Segment, TermUse, Translation

REPORT_VERSION = 1


def translation_json(translation: Translation) -> dict[str, Any]:
    """A translation with its segments, terms and findings."""
    return {
        "text": translation.text,
        "source": translation.source,
        "target": translation.target,
        "segments": [_segment(s) for s in translation.segments if s.source],
        "totals": dict(translation.totals()),
        "signature": asdict(translation.signature),
    }


def document_report(translations: Sequence[Translation], markup: Sequence[Finding] = (), path: str | None = None) -> dict[str, Any]:
    """The report of one document: its blocks' segments in order, totals, and findings about its markup."""
    totals: Counter[str] = Counter()
    for translation in translations:
        totals.update(translation.totals())
    totals["findings"] += len(markup)
    return {
        "report_version": REPORT_VERSION,
        "path": path,
        "source": translations[0].source if translations else None,
        "target": translations[0].target if translations else None,
        "totals": dict(totals),
        "unmet": [_unmet(t) for translation in translations for t in translation.terms if t.target_span is None],
        "segments": [_segment(s) for translation in translations for s in translation.segments if s.source],
        "markup_findings": [_finding(f) for f in markup],
        "signature": asdict(translations[0].signature) if translations else None,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "source": segment.source,
        "target": segment.target,
        "rung": segment.rung.name.lower(),
        "terms": [_term(t) for t in segment.terms if t.concept is not None],
        "protected": [_term(t) for t in segment.terms if t.concept is None],
        "findings": [_finding(f) for f in segment.findings],
    }


def _term(use: TermUse) -> dict[str, Any]:
    return {
        "concept": use.concept,
        "domain": use.domain,
        "source_span": list(use.source_span),
        "target_span": list(use.target_span) if use.target_span else None,
        "source_text": use.source_text,
        "target_text": use.target_text,
        "approved": use.approved,
        "status": use.status.value,
        "rung": use.rung.name.lower(),
    }


def _unmet(use: TermUse) -> dict[str, Any]:
    return {"concept": use.concept, "source_text": use.source_text, "approved": use.approved}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "message": finding.message,
        "source_span": list(finding.source_span) if finding.source_span else None,
        "concept": finding.concept,
    }
