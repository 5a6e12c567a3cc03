"""``meiyaku models evaluate`` and the section of scores in a model's card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from models.card import BEGIN, CARD, END, with_scores
from models.catalogue import verify_files
from models.errors import ModelFileError
from tests.acceptance.commands import BUNDLED, done, needs_the_bundled_model, refused

PAIRS = [
    ("条約第5条の適用範囲", "Scope of Application of Article V of the Treaty"),
    ("日米同盟は地域の平和の礎である。", "The Japan-U.S. alliance is the cornerstone of peace in the region."),
    ("首相は来週ワシントンを訪問する。", "The prime minister will visit Washington next week."),
]


class TestSection:
    def test_it_is_added_to_a_card_without_one(self) -> None:
        assert with_scores("# A model\n\nText.\n", "new", title="-") == f"# A model\n\nText.\n\n## Scores\n\n{BEGIN}\nnew\n{END}\n"

    def test_it_begins_a_card_that_is_empty(self) -> None:
        assert with_scores("", "new", title="Tiny") == f"# Tiny\n\n## Scores\n\n{BEGIN}\nnew\n{END}\n"

    def test_it_takes_the_place_of_an_earlier_one_and_leaves_the_rest(self) -> None:
        card = f"before\r\n{BEGIN}\nold\n{END}\nafter  \n"
        assert with_scores(card, "\nnew\n", title="-") == f"before\r\n{BEGIN}\nnew\n{END}\nafter  \n"

    @pytest.mark.parametrize("card", ["", "# A model", f"a {BEGIN}old{END} b"])
    def test_writing_twice_is_writing_once(self, card: str) -> None:
        once = with_scores(card, "new", title="-")
        assert with_scores(once, "new", title="-") == once

    @pytest.mark.parametrize("card", [BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{BEGIN}{END}"])
    def test_marks_out_of_order_are_an_error(self, card: str) -> None:
        with pytest.raises(ModelFileError, match="once each and in this order"):
            with_scores(card, "new", title="-")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A copy of the bundled model under an id of its own, with a short card, and a set of pairs."""
    directory = tmp_path / "model"
    shutil.copytree(BUNDLED, directory, copy_function=os.symlink)
    (directory / CARD).unlink()
    (directory / CARD).write_text(f"# Mine\n\n{BEGIN}\n{END}\n\nIt fails.\n", encoding="utf-8")
    lines = ["[[model]]", 'id = "mine"', 'source = "ja"', 'target = "en"', 'title = "Mine"', 'licence = "CC0-1.0"', "nfkc = true"]
    (tmp_path / "mine.toml").write_text("\n".join([*lines, f"directory = {json.dumps(str(directory))}"]), encoding="utf-8")
    (tmp_path / "dev.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in PAIRS), encoding="utf-8")
    return tmp_path


def settings(workplace: Path) -> dict[str, str]:
    return {"manifests": json.dumps([str(workplace / "mine.toml")])}


@needs_the_bundled_model
class TestCommand:
    def test_scores_are_written_into_the_card_and_the_checksums_still_hold(self, workplace: Path) -> None:
        card = workplace / "model" / CARD
        arguments = ("models", "evaluate", "mine", workplace / "dev.tsv", "--write")
        told = done(workplace / "data", *arguments, settings=settings(workplace))
        assert "mine by itself" in told and "tok:13a" in told
        text = card.read_text(encoding="utf-8")
        assert text.startswith(f"# Mine\n\n{BEGIN}\n") and text.endswith(f"{END}\n\nIt fails.\n")
        digest = hashlib.sha256((workplace / "dev.tsv").read_bytes()).hexdigest()
        for part in (
            "`mine`, files `",
            "ctranslate2 int8, beam 4",
            f"- `dev.tsv`: SHA-256 `{digest}`",
            "tok:13a",
            "nc:6",
            "| dev.tsv | 3 |",
        ):
            assert part in text, part
        assert "With the glossary enforced" in text
        verify_files(workplace / "model")
        done(workplace / "data", *arguments, settings=settings(workplace))
        assert card.read_text(encoding="utf-8") == text

    def test_json_has_what_sacrebleu_says_of_the_same_outputs(self, workplace: Path) -> None:
        from sacrebleu.metrics.bleu import BLEU

        from models.catalogue import ModelEntry
        from models.engine import DecodeOptions, DecodeRequest
        from models.loading import load_engine

        exchanged = workplace / "exchanged.tsv"
        exchanged.write_text("".join(f"{b}\t{a}\n" for a, b in PAIRS), encoding="utf-8")
        before = (workplace / "model" / CARD).read_bytes()
        arguments = ("models", "evaluate", "mine", workplace / "dev.tsv", exchanged, "--json", "--no-glossary", "--beam", "2")
        data = json.loads(done(workplace / "data", *arguments, settings=settings(workplace)))
        first, second = data["sets"]
        assert (first["exchanged"], second["exchanged"]) == (False, True)
        assert first["enforced"] is None and first["pairs"] == 3
        assert {k: v for k, v in first.items() if k not in ("name", "sha256", "exchanged")} == {
            k: v for k, v in second.items() if k not in ("name", "sha256", "exchanged")
        }
        engine = load_engine(ModelEntry("mine", "ja", "en", "-", "-", workplace / "model", bundled=False, nfkc=True), threads=1)
        outputs = [found[0].text for found in engine.translate([DecodeRequest(a) for a, _ in PAIRS], DecodeOptions(beam_size=2))]
        assert first["bleu"] == pytest.approx(BLEU().corpus_score(outputs, [[b for _, b in PAIRS]]).score)
        assert data["beam"] == 2 and data["signature"]["model"] == "mine"
        assert 0 < first["reference"]["term_occurrences"] == first["term_occurrences"]
        assert (workplace / "model" / CARD).read_bytes() == before

    def test_a_set_that_does_not_fit_is_refused_in_one_line(self, workplace: Path) -> None:
        def told(*arguments: str | Path) -> str:
            return refused(workplace / "data", "models", "evaluate", "mine", *arguments, settings=settings(workplace))

        german = workplace / "german.tsv"
        german.write_text("Guten Tag\tGood day\nBis bald\tSee you\n", encoding="utf-8")
        japanese = workplace / "japanese.tsv"
        japanese.write_text("こんにちは\tやあ\n", encoding="utf-8")
        assert told(german) == f"{german}: mine translates from Japanese, and neither column is Japanese"
        assert told(japanese).startswith(f"{japanese}: neither column is English")
        (workplace / "bad.tsv").write_bytes(b"\xff\xfe\t\n")
        assert "not valid UTF-8" in told(workplace / "bad.tsv")
        assert told(workplace / "none.tsv").endswith("none.tsv: cannot be read: No such file or directory")
        assert told(workplace / "dev.tsv", "--write", "--limit", "1") == (
            "a card holds the scores of whole sets: leave out --limit or --write"
        )

    def test_a_card_that_cannot_be_written_is_told_before_measuring(self, workplace: Path) -> None:
        card = workplace / "model" / CARD
        card.write_text(f"{END} {BEGIN}", encoding="utf-8")
        arguments = ("models", "evaluate", "mine", workplace / "dev.tsv", "--write")
        assert "once each and in this order" in refused(workplace / "data", *arguments, settings=settings(workplace))
        card.unlink()
        card.write_bytes(b"\xff")
        assert "cannot be read" in refused(workplace / "data", *arguments, settings=settings(workplace))


def test_a_model_that_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "dev.tsv").write_text("条約\ttreaty\n", encoding="utf-8")
    assert refused(tmp_path, "models", "evaluate", "fugumt-ja-en", tmp_path / "dev.tsv").startswith("model fugumt-ja-en is not installed")


def test_into_japanese_bleu_counts_characters() -> None:
    from sacrebleu.metrics.bleu import BLEU

    from models.engine import DecodeOptions, DecodeRequest, EngineSignature, Hypothesis
    from service.cli.model_scores import Meter, ParallelText
    from service.evaluation import Pair
    from service.translation.languages import builtin_languages
    from service.translation.pipeline import GlossaryMode, Pipeline

    class Parrot:
        source, target = "en", "ja"
        signature = EngineSignature("fake", "fake", "0", "none")

        def translate(self, batch: list[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
            answers = {"The treaty was signed.": "条約が署名された。", "The alliance holds.": "The alliance holds firm and will hold."}
            return [[Hypothesis(answers[r.text], -1.0)] for r in batch]

    languages = builtin_languages()
    pipeline = Pipeline(Parrot(), languages.get("en"), languages.get("ja"), None, 1, GlossaryMode.OFF, ())
    pairs = [Pair("The treaty was signed.", "条約は署名された。"), Pair("The alliance holds.", "同盟は揺るがない。")]
    meter = Meter(Parrot(), pipeline, beam=1, glossary=False)
    scores = meter.measure(ParallelText("dev.tsv", "0", pairs, exchanged=True))
    assert "tok:char" in meter.signatures()["BLEU"] and "nw:0" in meter.signatures()["chrF2"]
    outputs = ["条約が署名された。", "The alliance holds firm and will hold."]
    assert scores.bleu == pytest.approx(BLEU(tokenize="char").corpus_score(outputs, [[p.reference for p in pairs]]).score)
    assert scores.broken == 0.5
    assert scores.terms.term_success is None
