"""What a cell may hold, and terms made of cells: the rules that all tabular formats share."""

from __future__ import annotations

import re

from glossary.interchange.base import MAX_FIELD_CHARACTERS, MAX_TERM_CHARACTERS, InterchangeOptions
from glossary.interchange.imported_values import language_code
from glossary.terms import Case, Status, Term

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ㐀-䶿一-鿿々〆ｦ-ﾝ]")
_PRIMARY = re.compile(r"[A-Za-z]+")


class BadCell(Exception):
    """A cell that cannot be used. Never leaves the package: a reader turns it into a RejectedRow."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def term_text(cell: str, column: str) -> str:
    """The text of a term, a variant, a reading, a name: without blanks around it. Raises BadCell."""
    text = cell.strip()
    if not text:
        raise BadCell(column, "the cell is empty")
    return short_text(text, column)


def short_text(text: str, column: str) -> str:
    """A text of at most ``MAX_TERM_CHARACTERS`` without control characters. Raises BadCell."""
    if len(text) > MAX_TERM_CHARACTERS:
        raise BadCell(column, f"the text has {len(text):,} characters; at most {MAX_TERM_CHARACTERS} are allowed")
    _refuse_control(_CONTROL, text, column)
    return text


def free_text(cell: str, column: str) -> str | None:
    """A definition or a note, which may have several lines; None where the cell is blank. Raises BadCell."""
    if not cell.strip():
        return None
    if len(cell) > MAX_FIELD_CHARACTERS:
        raise BadCell(column, f"the text has {len(cell):,} characters; at most {MAX_FIELD_CHARACTERS:,} are allowed")
    _refuse_control(_CONTROL_BUT_LINES, cell, column)
    return cell


def language(cell: str, column: str, options: InterchangeOptions) -> str:
    """A language code; a variety of a language of ``options`` is that language. Raises BadCell."""
    code = language_code(cell.strip(), options)
    if code is None:
        raise BadCell(column, f"{cell.strip()[:20]!r} is not a language code such as ja or pt-BR")
    return code


def as_written(cell: str, column: str) -> str:
    """A language code as it is written, with its variety. Raises BadCell."""
    return language(cell, column, InterchangeOptions(source="", target=""))


def case_of(text: str) -> Case:
    """How a term's letter case may differ where a file does not say: a term with a capital is a name."""
    return Case.EXACT if any(c.isupper() for c in text) else Case.SENTENCE


def plain_term(text: str, language: str, status: Status) -> Term:
    """A term of which a file tells no more than its text."""
    return Term(text, language, status, case=case_of(text))


def refuse_exchanged(source: str, target: str, source_language: str, target_language: str) -> None:
    """Raises BadCell where the Japanese side has no Japanese and the other side has: the columns are the other way round."""
    sides = ((source, source_language, target, target_language), (target, target_language, source, source_language))
    for text, code, other, other_code in sides:
        if _primary(code) != "ja" or _primary(other_code) == "ja" or _JAPANESE.search(text):
            continue
        if (_KANA if _primary(other_code) in ("zh", "ko") else _JAPANESE).search(other):
            raise BadCell(None, f"the languages are exchanged: {text!r} is not {code}; give the source and target languages of the file")


def _primary(code: str) -> str:
    found = _PRIMARY.match(code)
    return found[0].lower() if found else ""


def _refuse_control(pattern: re.Pattern[str], text: str, column: str) -> None:
    found = pattern.search(text)
    if found:
        raise BadCell(column, f"the text holds a control character (U+{ord(found[0]):04X})")
