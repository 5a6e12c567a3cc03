"""Which stretches of a text must come through untouched."""

from __future__ import annotations

import pytest

from service.translation.protection import protected_spans


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("See https://example.com/a?b=c&d=e#f for more.", ["https://example.com/a?b=c&d=e#f"]),
        ("See https://example.com/a.", ["https://example.com/a"]),
        ("(https://example.com/a)", ["https://example.com/a"]),
        ("詳しくは https://example.com/a を参照。", ["https://example.com/a"]),
        ("詳しくはhttps://example.com/aを参照してください。", ["https://example.com/a"]),
        ("（https://example.com/a）", ["https://example.com/a"]),
        ("「https://example.com/a」、次", ["https://example.com/a"]),
        ("Write to info@example.co.jp today.", ["info@example.co.jp"]),
        ("連絡先はinfo@example.co.jpまで", ["info@example.co.jp"]),
        ("Run `make demo` now, then `make test`.", ["`make demo`", "`make test`"]),
        ("Dear {user_name}, {{greeting}} and ${total}", ["{user_name}", "{{greeting}}", "${total}"]),
        ("{count}件中", ["{count}"]),
        ("%s of %(name)s and %d", ["%s", "%(name)s", "%d"]),
        ("%(name)sさんに%s件", ["%(name)s", "%s"]),
        ("A <b>bold</b> word<br/>", ["<b>", "</b>", "<br/>"]),
        ("5 < 7 and 8 > 3", []),
        ("100%の同盟", []),
        ("a `lone backtick", []),
        ("{two words}", []),
        ("日米同盟", []),
        ("", []),
    ],
)
def test_addresses_code_placeholders_and_tags_are_protected(text: str, protected: list[str]) -> None:
    assert [text[start:end] for start, end in protected_spans(text)] == protected
