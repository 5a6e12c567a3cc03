"""Engines for tests. The real model has its own tests in tests/engines; these are for what must happen on command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from models.engine import Alignment, DecodeOptions, DecodeRequest, EngineSignature, Hypothesis, Span

Rule = Callable[[str], str | Sequence[str]]

_UNIT = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


def units(text: str) -> tuple[Span, ...]:
    """Words and single characters of a text, blanks left out."""
    return tuple(m.span() for m in _UNIT.finditer(text) if not m.group().isspace())


def diagonal(source: str, target: str) -> Alignment:
    """An alignment along the diagonal: the nth share of the target attends to the nth share of the source."""
    s, t = units(source), units(target)
    rows = []
    for number in range(len(t)):
        place = min(number * len(s) // max(len(t), 1), len(s) - 1) if s else -1
        rows.append(tuple(1.0 if column == place else 0.0 for column in range(len(s))))
    return Alignment(s, t, tuple(rows))


class FakeEngine:
    """Translates by a rule: a function from source text to one output or to several, best first.

    ``requests`` records every decoded source text. A forced prefix is honoured: the output is the prefix and then the rule's output.
    """

    def __init__(
        self,
        rule: Rule,
        *,
        source: str = "ja",
        target: str = "en",
        align: Callable[[str, str], Alignment] = diagonal,
        digest: str = "fake",
    ) -> None:
        self.source, self.target = source, target
        self.signature = EngineSignature("fake", "fake", digest, "exact")
        self.requests: list[str] = []
        self._rule, self._align = rule, align

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        """Apply the rule to each request."""
        return [self._one(request, options) for request in batch]

    def _one(self, request: DecodeRequest, options: DecodeOptions) -> list[Hypothesis]:
        self.requests.append(request.text)
        outputs = self._rule(request.text)
        texts = [outputs] if isinstance(outputs, str) else list(outputs)
        if request.prefix:
            texts = [f"{request.prefix} {t}".strip() for t in texts]
        texts = texts[: options.hypotheses]
        return [Hypothesis(t, -0.1 * (n + 1), self._align(request.text, t) if options.alignments else None) for n, t in enumerate(texts)]


def identity_engine(source: str = "ja", target: str = "en") -> FakeEngine:
    """Returns every text as it is."""
    return FakeEngine(lambda text: text, source=source, target=target)
