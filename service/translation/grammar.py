"""Mending the words around a term that was written into a finished sentence. Rules per target language, as data.

A rule gets the text and the span of the inserted term and returns the mended text and span; every language without one is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from glossary.terms import Article, Case, Term
from service.translation.result import Span

_ARTICLE_BEFORE = re.compile(r"\b(the|a|an)\s+$", re.IGNORECASE)
_TAKES_ARTICLE = re.compile(
    r"(?:^|[.!?:;,(]\s*|\b(?:of|in|under|and|or|for|with|to|by|through|on|as|that|from|between|is|was|are|within|toward|towards|at|than|about"
    r"|into|behind|against|including|both|but|while|if|when)\s+)$",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|(?<!\.[A-Z])[.!?][\"”’')]*\s+)[\"“‘(]*$")
_VOWEL_SOUND = re.compile(
    r"[FHLMNRSX](?:(?![A-Z]*[AEIOU][B-DF-HJ-NP-TV-Z])[A-Z0-9]|[-.])"  # letters said one by one: an SDF unit, an F-35, but a NATO ally
    r"|(?!(?i:eu(?!\b)|one\b)|U[.NKS]|[Uu]ni(?!n|mp)|[Uu]nan|[Uu][sk])(?i:[aeiou])"  # words: an island, but a union, a European ally
)

Mend = Callable[[str, Span, Term], tuple[str, Span]]


def mend(text: str, span: Span, term: Term) -> tuple[str, Span]:
    """Apply the rule of the term's language."""
    rule = _RULES.get(term.language)
    return rule(text, span, term) if rule else (text, span)


def mend_article(text: str, span: Span, term: Term) -> tuple[str, Span]:
    """Give a term the article that it takes, where the target language has articles."""
    return _article(text, span, term) if term.language in _ARTICLES else (text, span)


def _mend_english(text: str, span: Span, term: Term) -> tuple[str, Span]:
    text, span = _drop_doubled_words(text, span)
    text, span = _drop_doubled_stop(text, span)
    text, span = _article(text, span, term)
    return _capital(text, span, term)


def _drop_doubled_words(text: str, span: Span) -> tuple[str, Span]:
    """Words of the term that the sentence already has on either side ("the free and | Free and Open Indo-Pacific")."""
    start, end = span
    words = text[start:end].split()
    before, after = text[:start].rstrip(), text[end:]
    for size in range(min(3, len(words)), 0, -1):
        lead = " ".join(words[:size])
        if before.lower().endswith(lead.lower()) and not before[: -len(lead)][-1:].isalnum():
            kept = before[: -len(lead)]
            text = kept + text[start:]
            end, start = end - (start - len(kept)), len(kept)
            break
    for size in range(min(3, len(words)), 0, -1):
        trail = " ".join(words[-size:])
        rest = after.lstrip()
        if rest.lower().startswith(trail.lower()) and not rest[len(trail) : len(trail) + 1].isalnum():
            text = text[:end] + rest[len(trail) :]
            break
    return text, (start, end)


def _drop_doubled_stop(text: str, span: Span) -> tuple[str, Span]:
    """The sentence's full stop after a term that ends in one, and the s of a possessive after a plural."""
    end = span[1]
    if text[end - 1 : end + 1] == "..":
        return text[:end] + text[end + 1 :], span
    if text[end - 1 : end + 2] in ("s's", "s’s"):
        return text[: end + 1] + text[end + 2 :], span
    return text, span


def _article(text: str, span: Span, term: Term) -> tuple[str, Span]:
    start, end = span
    found = _ARTICLE_BEFORE.search(text[:start])
    wanted = ""
    if term.article is Article.THE:
        if found and found.group(1).lower() != "the":
            wanted = "the "
        elif found or not _TAKES_ARTICLE.search(text[:start]):
            return text, span
        else:
            wanted = "the "
    elif term.article is Article.NONE:
        if not found:
            return text, span
    elif found and found.group(1).lower() in ("a", "an"):
        wanted = "an " if _VOWEL_SOUND.match(text[start:end]) else "a "
    else:
        return text, span
    place = found.start() if found else start
    if wanted and _SENTENCE_START.search(text[:place]):
        wanted = wanted[0].upper() + wanted[1:]
    return text[:place] + wanted + text[start:], (place + len(wanted), end - start + place + len(wanted))


def _capital(text: str, span: Span, term: Term) -> tuple[str, Span]:
    start, end = span
    if term.case is not Case.EXACT and _SENTENCE_START.search(text[:start]):
        text = text[:start] + text[start].upper() + text[start + 1 :]
    return text, (start, end)


_RULES: dict[str, Mend] = {"en": _mend_english}
_ARTICLES = frozenset({"en"})
