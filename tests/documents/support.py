"""Translations to rebuild documents with, made without an engine where only the layout matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt

from models.engine import Engine
from service.documents.base import Block, Document
from service.documents.markdown import Markdown
from service.translation.languages import builtin_languages
from service.translation.pipeline import Pipeline
from service.translation.result import Finding, Rung, Segment, Signature, Span, Translation
from service.translation.segmentation import split

LANGUAGES = builtin_languages()
JAPANESE = LANGUAGES.get("ja")
_SIGNATURE = Signature("fake", "fake", "fake", "exact", 1, "off", "1")

Links = tuple[tuple[Span, Span], ...]


def translation_of(text: str, rule: Callable[[str], str], links: Callable[[str, str], Links] | None = None) -> Translation:
    """A translation that keeps what stands between segments. ``links``: what the model is said to have attended to."""
    segments = []
    for piece in split(text, JAPANESE):
        target = rule(piece.text) if piece.text else ""
        attended = links(piece.text, target) if links else ()
        segments.append(Segment(piece.text, target, piece.separator, len(piece.separator), (), (), Rung.DECODED, attended))
    return Translation("".join(s.target + s.separator for s in segments), "ja", "en", tuple(segments), _SIGNATURE)


def copied(blocks: Sequence[Block]) -> list[Translation]:
    """Every block as it is."""
    return [translation_of(block.text, lambda text: text) for block in blocks]


def rebuilt(document: Document) -> bytes:
    """The bytes of a document whose blocks are translated by themselves, with nothing found amiss."""
    content, findings = document.rebuild(copied(document.blocks))
    assert findings == []
    return content


def translated(content: str, rule: Callable[[str], str], links: Callable[[str, str], Links] | None = None) -> tuple[str, list[Finding]]:
    """A Markdown file with every segment translated by a rule."""
    document = Markdown.parse(content.encode())
    out, findings = document.rebuild([translation_of(block.text, rule, links) for block in document.blocks])
    return out.decode(), findings


def through_pipeline(document: Document, engine: Engine) -> bytes:
    """The bytes of a document after the whole pipeline, from Japanese to Japanese so that an identity engine is at home."""
    pipeline = Pipeline(engine, JAPANESE, JAPANESE)
    translations = pipeline.translate_all([b.text for b in document.blocks], [b.protected for b in document.blocks])
    content, findings = document.rebuild(translations)
    assert findings == []
    return content


def addresses(markdown: str) -> list[str]:
    """The address of every link that a Markdown reader sees, in order of the alphabet."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    children = [child for token in tokens for child in token.children or ()]
    return sorted(str(child.attrs["href"]) for child in children if child.type == "link_open")


def structure(markdown: str) -> list[str]:
    """The kinds of blocks that a Markdown reader sees, in order."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [token.type for token in tokens]
