"""A small termbase, written as files, for tests that need to know every term in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SOURCES: dict[str, Any] = {
    "treaty": {"title": "Security treaty", "publisher": "The two governments", "url": "https://example.org/treaty"},
    "paper": {"title": "White paper", "publisher": "A ministry"},
}


def concept(concept_id: str, ja: str, reading: str, en: str, **changes: Any) -> dict[str, Any]:
    """A clean concept in its file form with one term a language, and changed fields."""
    return {
        "id": concept_id,
        "pos": "noun",
        "definition": {"en": f"What is called {en}.", "ja": f"{ja}と呼ばれるもの。"},
        "sources": ["treaty"],
        "terms": {"ja": [{"text": ja, "reading": reading}], "en": [{"text": en}]},
        **changes,
    }


ALLIANCE: dict[str, Any] = {
    "domain": "alliance",
    "title": {"en": "The alliance", "ja": "同盟"},
    "sources": SOURCES,
    "concepts": [
        concept("us-japan-alliance", "日米同盟", "にちべいどうめい", "U.S.-Japan alliance", terms={
            "ja": [{"text": "日米同盟", "reading": "にちべいどうめい"}],
            "en": [{"text": "U.S.-Japan alliance", "article": "the", "case": "any"}, {"text": "Japan-U.S. alliance", "case": "any"}],
        }),
        concept("self-defense", "自衛権", "じえいけん", "right of self-defense"),
        concept(
            "collective-self-defense", "集団的自衛権", "しゅうだんてきじえいけん", "collective self-defense", sources=["treaty", "paper"],
        ),
        concept("foip", "", "", "", note="A vision.", definition={"en": "A vision.", "ja": "構想。"}, terms={
            "ja": [{"text": "自由で開かれたインド太平洋", "reading": "じゆうでひらかれたインドたいへいよう", "abbreviation": "FOIP"},
                   {"text": "FOIP", "kind": "abbreviation"}],
            "en": [{"text": "Free and Open Indo-Pacific", "article": "the", "abbreviation": "FOIP"},
                   {"text": "FOIP", "kind": "abbreviation", "inflection": "none"}],
        }),
    ],
}  # fmt: skip
ECONOMY: dict[str, Any] = {
    "domain": "economy",
    "title": {"en": "The economy", "ja": "経済"},
    "sources": {"report": {"title": "Report", "publisher": "A bank"}},
    "concepts": [
        concept("half-rule", "50%ルール", "50パーセントルール", "50% rule", sources=["report"]),
        concept("percent-rule", "50割ルール", "ごじゅうわりルール", "50 percent rule", sources=["report"]),
        concept("dual-use", "軍民両用", "ぐんみんりょうよう", "dual-use", sources=["report"]),
        concept("server", "サーバー", "サーバー", "server", sources=["report"], terms={
            "ja": [{"text": "サーバー", "variants": ["サーバ"], "not_followed_by": ["ー"]}],
            "en": [{"text": "server"}, {"text": "host machine", "use": "source"}],
        }),
        concept("alliance-of-firms", "企業同盟", "きぎょうどうめい", "corporate alliance", sources=["report"]),
    ],
}  # fmt: skip
ENGLISH = {
    "日米同盟": "U.S.-Japan alliance",
    "集団的自衛権": "collective self-defense",
    "自由で開かれたインド太平洋": "Free and Open Indo-Pacific",
}


def write_domain(directory: Path, data: Mapping[str, Any]) -> Path:
    """Write one domain file and return its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{data['domain']}.yaml"
    path.write_text(yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_termbase(directory: Path) -> Path:
    """Write both domains into a directory and return it."""
    for data in (ALLIANCE, ECONOMY):
        write_domain(directory, data)
    return directory
