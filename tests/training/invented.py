"""A small invented parallel corpus: short true sentences with Japanese and English word order, and the configuration to train on it."""

from __future__ import annotations

import json
import random
from pathlib import Path

PEOPLE = {
    "首相": "the prime minister", "大統領": "the president", "大使": "the ambassador",
    "外相": "the foreign minister", "議員": "the lawmaker", "記者": "the reporter", "将軍": "the general", "学者": "the scholar",
    "知事": "the governor", "市長": "the mayor",
}  # fmt: skip
THINGS = {
    "条約": "treaty", "同盟": "alliance", "予算": "budget", "関税": "tariff", "声明": "statement", "法案": "bill", "計画": "plan",
    "報告": "report", "提案": "proposal", "基地": "base", "会談": "meeting", "選挙": "election", "投資": "investment", "演習": "exercise",
    "憲法": "constitution",
}  # fmt: skip
VERBS = {
    "支持した": "supported", "批判した": "criticized", "発表した": "announced", "説明した": "explained", "延期した": "postponed",
    "検討した": "considered", "歓迎した": "welcomed", "拒否した": "rejected",
}  # fmt: skip
TIMES = {"昨日": "yesterday", "先週": "last week", "今朝": "this morning", "去年": "last year", "金曜日に": "on Friday"}


def sentences(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """Different (Japanese, English) pairs; at most 12,000 exist."""
    chance = random.Random(seed)
    found: dict[tuple[str, str], None] = {}
    while len(found) < count:
        person, thing, verb, time = (chance.choice(list(d.items())) for d in (PEOPLE, THINGS, VERBS, TIMES))
        japanese = f"{person[0]}は{time[0]}{thing[0]}を{verb[0]}。"
        english = f"{person[1]} {verb[1]} the {thing[1]} {time[1]}."
        found[japanese, english[0].upper() + english[1:]] = None
    return list(found)


def write_tsv(path: Path, pairs: list[tuple[str, str]]) -> None:
    """Japanese TAB English."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")


def write_corpus(folder: Path, pairs: int = 1200) -> None:
    """Training text, a dictionary, an evaluation set that shares sentences with the training text."""
    text = sentences(pairs)
    write_tsv(folder / "general.tsv", text)
    write_tsv(folder / "dev.tsv", text[:40])
    write_tsv(folder / "terms.tsv", [*THINGS.items(), ("外相", "foreign minister; minister for foreign affairs")])


def config_text(**training: object) -> str:
    """A configuration for the invented corpus, small enough for a test. ``training`` replaces settings of ``[training]``."""
    settings: dict[str, object] = {
        "minutes": 0.25, "threads": 1, "device": "cpu", "precision": "float32", "batch_pieces": 1200, "max_pieces": 30,
        "learning_rate": 0.01, "first_pieces": 8, "curriculum": 0.1, "average": 0.3, "average_every": 2, "shortlist_frequent": 100,
        "shortlist_sampled": 50, "log_seconds": 2.0, "save_minutes": 0.1, "decay": 0.6, **training,
    }  # fmt: skip
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
    return f"""
source = "ja"
target = "en"
[card]
title = "Invented"
licence = "CC0-1.0"
limits = "It knows forty words."
[data]
columns = ["ja", "en"]
length_ratio = [0.7, 6.0]
[tokenizer]
pieces = 420
[alignment]
lexical_rounds = 2
hmm_rounds = 2
[model]
width = 32
encoder_layers = 1
decoder_layers = 1
heads = 2
feed_forward = 64
positions = 64
dropout = 0.0
[training]
{lines}
[[corpus]]
name = "general"
files = ["general.tsv"]
licence = "CC0"
[[corpus]]
name = "terms"
files = ["terms.tsv"]
licence = "CC BY-SA 4.0"
weight = 0.2
end_weight = 0.1
terms = true
[[substitution.dictionary]]
files = ["terms.tsv"]
licence = "CC BY-SA 4.0"
[[evaluation]]
name = "dev"
files = ["dev.tsv"]
"""
