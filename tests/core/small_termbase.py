"""A handful of concepts, written as in a termbase file, and pipelines over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glossary.curated import read_concept
from glossary.matching import TermIndex
from glossary.terms import Concept
from models.engine import Engine
from service.translation.constraints import Constraint, constrain
from service.translation.languages import Languages, builtin_languages
from service.translation.pipeline import Pipeline

LANGUAGES = builtin_languages()
JAPANESE, ENGLISH = LANGUAGES.get("ja"), LANGUAGES.get("en")


def concept(identifier: str, domain: str = "alliance", **terms: Iterable[str | Mapping[str, Any]]) -> Concept:
    """A concept; a term is its text or the fields of a termbase file, the preferred one first."""
    items = {language: [{"text": t} if isinstance(t, str) else t for t in texts] for language, texts in terms.items()}
    entry = {"id": identifier, "pos": "noun", "definition": {"en": "Not used here."}, "sources": [], "terms": items}
    return read_concept(entry, domain, {})


def abbreviation(text: str) -> dict[str, str]:
    return {"text": text, "kind": "abbreviation"}


SELF_DEFENSE_FORCES = concept(
    "self-defense-forces",
    ja=["自衛隊", abbreviation("SDF")],
    en=[{"text": "Self-Defense Forces", "article": "the"}, abbreviation("SDF")],
)
SELF_DEFENSE = concept("self-defense", ja=["自衛権"], en=["right of self-defense"])
COLLECTIVE_SELF_DEFENSE = concept("collective-self-defense", ja=["集団的自衛権"], en=["right of collective self-defense"])
COUNTERSTRIKE = concept("counterstrike-capability", "defense", ja=["反撃能力"], en=["counterstrike capability"])
DETERRENCE = concept("deterrence", "defense", ja=["抑止力"], en=["deterrence"])
UNITED_STATES = concept("united-states", ja=["米国"], en=["U.S.", "United States"])
TRANS_PACIFIC_PARTNERSHIP = concept("trans-pacific-partnership", "economy", ja=["TPP"], en=["Trans-Pacific Partnership"])
INDO_PACIFIC = concept("free-and-open-indo-pacific", ja=["自由で開かれたインド太平洋", "FOIP"], en=["Free and Open Indo-Pacific", "FOIP"])
WITHOUT_ENGLISH = concept("kantei", ja=["官邸"])
CONCEPTS = (
    SELF_DEFENSE_FORCES, SELF_DEFENSE, COLLECTIVE_SELF_DEFENSE, COUNTERSTRIKE, DETERRENCE, UNITED_STATES,
    TRANS_PACIFIC_PARTNERSHIP, INDO_PACIFIC, WITHOUT_ENGLISH,
)  # fmt: skip


def constraints_of(text: str, source: str, target: str, concepts: Iterable[Concept] = CONCEPTS) -> list[Constraint]:
    """What a translation of a text must hold."""
    return constrain(TermIndex(concepts, source).find(text), target)[0]


def pipeline(engine: Engine, concepts: Iterable[Concept] = CONCEPTS, languages: Languages = LANGUAGES, **options: Any) -> Pipeline:
    """A pipeline in the engine's direction."""
    source, target = languages.get(engine.source), languages.get(engine.target)
    return Pipeline(engine, source, target, TermIndex(concepts, engine.source), **options)
