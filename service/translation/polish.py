"""Last touches that change no wording: a capital at the start of a segment, the article that a term takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glossary.terms import Article
from service.translation.constraints import Constraint, assign
from service.translation.grammar import mend_article
from service.translation.languages import Language
from service.translation.repair import Candidate, common_ends


def polish(candidate: Candidate, constraints: Sequence[Constraint], language: Language) -> Candidate:
    """Polish a finished candidate; terms that are met stay met, and spans of its alignment follow."""
    for constraint in constraints:
        if constraint.approved.article is not Article.THE:
            continue
        spans = assign(candidate.text, constraints)
        span = spans[constraints.index(constraint)]
        if span is not None:
            mended, _ = mend_article(candidate.text, span, constraint.approved)
            candidate = _with_text(candidate, mended)
    return _capitalised(candidate, constraints, language)


def _with_text(candidate: Candidate, text: str) -> Candidate:
    if text == candidate.text:
        return candidate
    head, tail = common_ends(candidate.text, text)
    return candidate.splice((head, len(candidate.text) - tail), text[head : len(text) - tail])


def _capitalised(candidate: Candidate, constraints: Sequence[Constraint], language: Language) -> Candidate:
    first = candidate.text[:1]
    if not language.cased or not first.islower():
        return candidate
    capital = replace(candidate, text=first.upper() + candidate.text[1:])
    before = sum(span is not None for span in assign(candidate.text, constraints))
    after = sum(span is not None for span in assign(capital.text, constraints))
    return capital if after >= before else candidate
