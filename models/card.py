"""The scores in a model's card: one section of its README.md, between two marks, written anew by every measurement.

The rest of the card belongs to whoever wrote it. The card is not among the recorded files of a model, so its checksums go on holding.
"""

from __future__ import annotations

from models.errors import ModelFileError

CARD = "README.md"
BEGIN, END = "<!-- scores -->", "<!-- /scores -->"


def with_scores(card: str, scores: str, *, title: str) -> str:
    """The card with its section of scores replaced; added at the end where it has none. ``title`` begins a card that is empty.

    Raises:
        ModelFileError: the marks do not stand once each, the first before the second.
    """
    section = f"{BEGIN}\n{scores.strip()}\n{END}"
    if BEGIN not in card and END not in card:
        before = card.rstrip() or f"# {title}"
        return f"{before}\n\n## Scores\n\n{section}\n"
    head, _, rest = card.partition(BEGIN)
    if END in head or card.count(BEGIN) != 1 or card.count(END) != 1:
        raise ModelFileError(f"the model card must have {BEGIN} and {END} once each and in this order; put them right by hand")
    return head + section + rest.partition(END)[2]
