"""Text that must come through untouched: addresses, placeholders, code."""

from __future__ import annotations

import re

from service.translation.result import Span

_PROTECTED = re.compile(
    r"""
      https?://[!#-&(-;=?-~]+[#-&*+/-9=@-~-]                  # addresses, without the punctuation after them
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b                            # mail addresses
    | `[^`\n]+`                                                   # inline code
    | \{\{[^{}\n]+\}\} | \$\{[^{}\n]+\} | \{[A-Za-z_][\w.]*\}     # placeholders of templates
    | %(?:\([\w]+\))?[sd]\b                                        # and of format strings
    | </?[A-Za-z][^<>\n]*>                                        # tags
    """,
    re.VERBOSE | re.ASCII,
)


def protected_spans(text: str) -> list[Span]:
    """Spans of a text that a translation has to repeat as they are."""
    return [m.span() for m in _PROTECTED.finditer(text)]
