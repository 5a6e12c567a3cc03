"""What the door lets in: a text that is there, not too long and well formed, and a direction that makes sense."""

from __future__ import annotations

from service.translation.languages import Language, Languages


class IntakeError(ValueError):
    """The request cannot be translated as it stands; the message says what to change."""


def check_text(text: str, maximum: int) -> None:
    """Refuse empty, overlong and malformed text. ``maximum`` is in characters. Raises IntakeError."""
    if not text.strip():
        raise IntakeError("the text is empty: there is nothing to translate")
    if len(text) > maximum:
        raise IntakeError(
            f"the text has {len(text):,} characters; the limit is {maximum:,}: divide it, or raise MEIYAKU_MAX_TEXT_CHARACTERS"
        )
    if "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise IntakeError("the text is not valid Unicode: it holds a null or a lone surrogate character")


def choose_direction(text: str, source: str | None, target: str, languages: Languages) -> tuple[Language, Language]:
    """The languages to translate between; without ``source`` it is detected.

    Raises:
        UnknownLanguage: a code is not known.
        IntakeError: source and target are the same, or the language cannot be told.
    """
    into = languages.get(target)
    found = languages.get(source) if source else languages.detect(text)
    if found is None:
        raise IntakeError("the language of the text cannot be told: it has no letters; name the source language")
    if found.code == into.code:
        how = "given" if source else "detected"
        raise IntakeError(f"source and target language are both {into.code} (source {how}); name another target or source")
    return found, into
