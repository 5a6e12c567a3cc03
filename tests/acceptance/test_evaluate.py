"""``meiyaku evaluate`` and benchmarks/enforcement.py as a user runs them, and the bundled model's report against a count of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from glossary.matching import TermIndex
from glossary.terms import Concept
from models.catalogue import Catalogue
from models.loading import load_engine
from service.translation.pipeline import GlossaryMode, Pipeline
from service.translation.result import TermStatus
from tests.acceptance.commands import REPOSITORY, done, environment, needs_the_bundled_model, refused
from tests.core.independent_count import unmet
from tests.core.small_termbase import ENGLISH, JAPANESE, concept

LOOKALIKES = REPOSITORY / "tests" / "cases" / "terms" / "lookalikes.json"
LINES = (
    "日米同盟は重要である。\tThe U.S.-Japan alliance is important.\tshort",
    "首相は経済安全保障を語った。\tThe prime minister spoke about economic security.\tshort, economy",
    "会合は三月に開かれる。\tThe meeting will be held in March.",
)
CASES = [
    {"label": "none", "language": "ja", "text": "会合は三月に開かれる。", "expect": []},
    {"label": "meant", "language": "ja", "text": "経済安全保障", "expect": [[0, 6, "economic-security"]]},
    {"label": "not meant", "language": "ja", "text": "これは経済安全保障だ。", "expect": []},
]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": CASES}), encoding="utf-8")
    return path


def _without_times(data: dict[str, Any]) -> dict[str, Any]:
    for run in data["runs"].values():
        for key in ("seconds", "seconds_by_rung"):
            del run[key]
    return data


@needs_the_bundled_model
class TestEvaluate:
    def test_one_run_measures_everything_and_says_the_same_again(self, data_dir: Path, pairs: Path, cases: Path) -> None:
        first = json.loads(done(data_dir, "evaluate", pairs, "--lookalikes", cases, "--json"))
        assert sum(first["runs"]["enforce"]["seconds_by_rung"].values()) == pytest.approx(first["runs"]["enforce"]["seconds"], abs=0.5)
        assert first["runs"]["enforce"]["tags"].keys() == {"short", "economy"}
        assert "economic-security" in first["runs"]["enforce"]["domains"]
        assert first["runs"]["enforce"]["counted_unmet"] == first["runs"]["enforce"]["reported_unmet"] == 0
        assert first["differences"]["enforce - off"]["term_success"]["value"] >= 0
        assert first["signatures"]["chrF2"].startswith("nrefs:1")
        assert first["signature"]["glossary_mode"] == "enforce"
        found = first["lookalikes"]
        assert [(w["label"], w["text"], w["injected"]) for w in found["wrong"]] == [("not meant", "経済安全保障", True)]
        assert found["injection_error"] == pytest.approx(1 / 3)
        again = json.loads(done(data_dir, "evaluate", pairs, "--lookalikes", cases, "--json"))
        assert _without_times(again) == _without_times(first)

    def test_tables_for_people(self, data_dir: Path, pairs: Path, cases: Path) -> None:
        shown = done(data_dir, "evaluate", pairs, "--lookalikes", cases)
        for words in ("enforce - off", "unmet and not reported", "by domain of the terms", "by tag", "seconds, decoded", "[1.000, 1.000]",
                      "injection error 0.333", "not meant: 経済安全保障 taken for economic-security"):  # fmt: skip
            assert words in shown

    def test_lookalikes_alone(self, data_dir: Path) -> None:
        found = json.loads(done(data_dir, "evaluate", "--lookalikes", LOOKALIKES, "--json"))
        assert found.keys() == {"lookalikes"}
        assert found["lookalikes"]["cases"] >= 100


class TestRefusals:
    def test_nothing_to_measure(self, data_dir: Path) -> None:
        assert refused(data_dir, "evaluate") == "there is nothing to measure: give a TSV file, --lookalikes, or both"

    def test_files_of_another_form(self, data_dir: Path, pairs: Path) -> None:
        assert "the look-alikes cannot be read" in refused(data_dir, "evaluate", "--lookalikes", pairs)
        assert "unknown language 'xx'" in refused(data_dir, "evaluate", pairs, "--to", "xx")


@needs_the_bundled_model
class TestTheReportAgainstACount:
    """Sentences of the examples with terms of this test's own, two of which no model would choose by itself."""

    CONCEPTS: tuple[Concept, ...] = (
        concept("quad", ja=["クアッド"], en=["Quad"]),
        concept("maritime-security", ja=["海洋安全保障"], en=["maritime security"]),
        concept("collective-self-defense", ja=["集団的自衛権"], en=["right of collective self-defense", "collective self-defense"]),
        concept("diet", ja=["国会"], en=["Diet"]),
        concept("economic-security", ja=["経済安全保障"], en=["economic security"]),
        concept("supply-chain", ja=["サプライチェーン"], en=["supply network"]),
        concept("utilities", ja=["光熱水料"], en=["light and water dues"]),
        concept("global-south", ja=["グローバル・サウス"], en=["Global South"]),
    )

    @pytest.mark.parametrize(("mode", "fewest"), [(GlossaryMode.ENFORCE, 0), (GlossaryMode.PREFER, 1)])
    def test_the_report_names_what_the_texts_lack(self, mode: GlossaryMode, fewest: int) -> None:
        text = (REPOSITORY / "examples" / "q-and-a.ja.txt").read_text(encoding="utf-8")
        sentences = [s for line in text.splitlines() for s in line.split(" ", 1)[-1:] if any(t in s for t in self._names())]
        engine = load_engine(Catalogue.read(models_directory=Path("unused")).installed("ja", "en"), threads=1)
        pipeline = Pipeline(engine, JAPANESE, ENGLISH, TermIndex(self.CONCEPTS, "ja"), mode=mode)
        total = 0
        for translation in pipeline.translate_all(sentences):
            for segment in translation.segments:
                reported = Counter(str(use.concept) for use in segment.terms if use.status is TermStatus.UNMET)
                assert reported == unmet(segment.source, segment.target, self.CONCEPTS), segment.target
                total += reported.total()
        assert total >= fewest, "this mode leaves no term unmet, so nothing was compared"

    def _names(self) -> list[str]:
        return [t.text for c in self.CONCEPTS for t in c.terms_in("ja")]


@needs_the_bundled_model
def test_the_benchmark_prints_ratio_shares_and_method(data_dir: Path, pairs: Path) -> None:
    arguments = ["--pairs", str(pairs), "--repetitions", "2", "--compare-model", "models/bundled/ja-en", "--compare-nfkc"]
    result = subprocess.run(
        [sys.executable, "benchmarks/enforcement.py", *arguments],
        capture_output=True, cwd=REPOSITORY, env=environment(data_dir, threads="1"), timeout=300, check=True,
    )  # fmt: skip
    shown = result.stdout.decode()
    for words in ("method: 2 repetitions", "ctranslate2", "cores", "seconds by rung, %", "segments by rung, %", "unmet and not reported"):
        assert words in shown
    ratios = [float(line.split()[1]) for line in shown.splitlines() if line.startswith("ratio")]
    assert len(ratios) == 2, "one table a model"
    assert all(ratio > 0 for ratio in ratios)
    assert "at most 2.0" in shown
