"""The bundled model: what the Engine protocol promises, kept by the engine that users run."""

from __future__ import annotations

import itertools
import math
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.catalogue import CT2_DIRECTORY, FILES, Catalogue, ModelEntry, record_files, verify_files
from models.ct2 import CTranslate2Engine
from models.engine import Alignment, DecodeOptions, DecodeRequest, Engine, Hypothesis
from models.errors import ModelFileError
from models.loading import load_engine
from models.tokenizer import MarianPieces
from service.settings import Settings
from service.wiring import Application
from tests.engines.sentences import JAPANESE, ODD
from tests.store.made_up import write_termbase

BEST = DecodeOptions()
WITH_ALIGNMENT = DecodeOptions(alignments=True)


def _texts(engine: Engine, texts: Sequence[str], options: DecodeOptions = BEST) -> list[str]:
    return [found[0].text for found in engine.translate([DecodeRequest(t) for t in texts], options)]


def _check_alignment(source: str, hypothesis: Hypothesis) -> Alignment:
    alignment = hypothesis.alignment
    assert alignment is not None
    assert len(alignment.weights) == len(alignment.target_spans)
    assert all(len(row) == len(alignment.source_spans) for row in alignment.weights)
    assert all(weight >= -1e-6 for row in alignment.weights for weight in row)
    assert all(sum(row) <= 1 + 1e-3 for row in alignment.weights)
    for spans, text in ((alignment.source_spans, source), (alignment.target_spans, hypothesis.text)):
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(spans))
    return alignment


def test_what_it_says_of_itself(engine: Engine, entry: ModelEntry) -> None:
    assert (engine.source, engine.target) == ("ja", "en")
    signature = engine.signature
    assert (signature.engine, signature.model, signature.compute) == ("ctranslate2", "meiyaku-ja-en", "int8")
    assert signature.digest == entry.digest
    assert len(signature.digest) == 64


def test_the_files_are_those_that_were_recorded(entry: ModelEntry) -> None:
    verify_files(entry.directory)
    assert entry.size > 1_000_000


def test_it_translates(engine: Engine) -> None:
    translated = _texts(engine, JAPANESE)
    assert len(translated) == len(JAPANESE)
    for text in translated:
        assert text.strip() == text
        assert sum(c.isascii() and c.isalpha() for c in text) > 0.6 * len(text), text
        assert not any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in text), text
    assert len(set(translated)) == len(JAPANESE)
    assert "Japan" in translated[0]


def test_the_same_text_gives_the_same_bytes(engine: Engine) -> None:
    assert _texts(engine, JAPANESE) == _texts(engine, JAPANESE)


def test_threads_get_equal_outputs(engine: Engine) -> None:
    options = DecodeOptions(hypotheses=2, alignments=True)
    requests = [DecodeRequest(t) for t in JAPANESE[:10]]
    alone = engine.translate(requests, options)
    together = threading.Barrier(4)

    def work(_: int) -> list[list[Hypothesis]]:
        together.wait()
        return engine.translate(requests, options)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))
    assert all([[h.text for h in found] for found in result] == [[h.text for h in found] for found in alone] for result in results)
    assert all(
        math.isclose(ours.score, theirs.score, abs_tol=1e-3)
        for result in results
        for a, b in zip(result, alone, strict=True)
        for ours, theirs in zip(a, b, strict=True)
    )


def test_no_request_is_no_hypothesis(engine: Engine) -> None:
    assert engine.translate([], BEST) == []


@pytest.mark.parametrize("text", ["", " ", "\n", "　"])
def test_a_text_of_nothing_is_a_translation_of_nothing(engine: Engine, text: str) -> None:
    [[hypothesis]] = engine.translate([DecodeRequest(text)], WITH_ALIGNMENT)
    assert hypothesis.text == ""
    _check_alignment(text, hypothesis)


def test_hypotheses_are_sorted_and_different(engine: Engine) -> None:
    results = engine.translate([DecodeRequest(t) for t in JAPANESE], DecodeOptions(beam_size=4, hypotheses=4))
    for found in results:
        assert len(found) == 4
        scores = [h.score for h in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] <= 0
        assert all(map(math.isfinite, scores))
        assert len({h.text for h in found}) > 1


def test_the_first_of_several_is_the_one_alone(engine: Engine) -> None:
    several = engine.translate([DecodeRequest(t) for t in JAPANESE], DecodeOptions(beam_size=4, hypotheses=4))
    assert [found[0].text for found in several] == _texts(engine, JAPANESE, DecodeOptions(beam_size=4))


@pytest.mark.parametrize("prefix", ["The alliance of Japan", "Tokyo's", "In 1951,", "“Free and Open Indo-Pacific”"])
@pytest.mark.parametrize("hypotheses", [1, 4])
def test_a_prefix_is_honoured(engine: Engine, prefix: str, hypotheses: int) -> None:
    options = DecodeOptions(hypotheses=hypotheses, alignments=True)
    [found] = engine.translate([DecodeRequest(JAPANESE[0], prefix)], options)
    assert len(found) == hypotheses
    for hypothesis in found:
        assert hypothesis.text.startswith(prefix)
        _check_alignment(JAPANESE[0], hypothesis)


def test_requests_with_and_without_a_prefix_may_be_mixed(engine: Engine) -> None:
    requests = [DecodeRequest(JAPANESE[0], "Tokyo's"), DecodeRequest(JAPANESE[1]), DecodeRequest(JAPANESE[2], "It is Japan")]
    first, second, third = (found[0].text for found in engine.translate(requests, BEST))
    assert first.startswith("Tokyo's")
    assert third.startswith("It is Japan")
    assert [second] == _texts(engine, [JAPANESE[1]])


@pytest.mark.parametrize("text", [*JAPANESE[:8], *ODD])
def test_alignments_lie_within_the_texts(engine: Engine, text: str) -> None:
    [found] = engine.translate([DecodeRequest(text)], DecodeOptions(hypotheses=2, alignments=True, max_tokens=64))
    for hypothesis in found:
        _check_alignment(text, hypothesis)


def test_alignments_show_where_a_word_came_from(engine: Engine) -> None:
    source = "1951年に日本は平和条約に署名した。"
    [[hypothesis]] = engine.translate([DecodeRequest(source)], WITH_ALIGNMENT)
    alignment = _check_alignment(source, hypothesis)
    place = hypothesis.text.index("1951")
    rows = [row for (a, b), row in zip(alignment.target_spans, alignment.weights, strict=True) if a < place + 4 and place < b]
    strongest = [alignment.source_spans[max(range(len(row)), key=row.__getitem__)] for row in rows]
    assert sum(start < 4 for start, _ in strongest) > len(strongest) / 2, (hypothesis.text, strongest)


def test_alignments_are_left_out_where_nobody_asked(engine: Engine) -> None:
    assert engine.translate([DecodeRequest(JAPANESE[0])], BEST)[0][0].alignment is None


def test_a_translation_ends_at_the_longest_length(engine: Engine) -> None:
    [[hypothesis]] = engine.translate([DecodeRequest(JAPANESE[1])], DecodeOptions(max_tokens=3, alignments=True))
    assert len(_check_alignment(JAPANESE[1], hypothesis).target_spans) <= 3


def test_a_text_beyond_what_the_model_can_read_is_cut_and_not_an_error(engine: Engine, pieces: MarianPieces) -> None:
    text = "日本は平和を望む。" * 200
    assert len(pieces.encode(text)[0]) > pieces.max_source_pieces
    [[hypothesis]] = engine.translate([DecodeRequest(text)], DecodeOptions(max_tokens=16, alignments=True))
    assert len(_check_alignment(text, hypothesis).source_spans) == pieces.max_source_pieces


class TestLoading:
    def _copy(self, entry: ModelEntry, directory: Path) -> ModelEntry:
        """The bundled model's entry with a copy of its files, all but the largest."""
        shutil.copytree(entry.directory, directory, ignore=shutil.ignore_patterns("model.*", "*.safetensors", FILES))
        record_files(directory)
        return ModelEntry(entry.id, "ja", "en", entry.title, entry.licence, directory, bundled=False, nfkc=True)

    def test_a_model_without_conversion_names_the_command_that_makes_one(self, entry: ModelEntry, tmp_path: Path) -> None:
        copy = self._copy(entry, tmp_path / "copy")
        shutil.rmtree(copy.directory / CT2_DIRECTORY)
        record_files(copy.directory)
        with pytest.raises(ModelFileError, match="meiyaku models convert meiyaku-ja-en"):
            load_engine(copy)

    def test_a_conversion_that_is_none_is_an_error_in_words(self, entry: ModelEntry, tmp_path: Path) -> None:
        copy = self._copy(entry, tmp_path / "copy")
        with pytest.raises(ModelFileError, match="is not a usable CTranslate2 model"):
            load_engine(copy)

    def test_a_checkpoint_without_its_tokenizer_is_an_error_in_words(self, entry: ModelEntry, tmp_path: Path) -> None:
        copy = self._copy(entry, tmp_path / "copy")
        (copy.directory / "source.spm").unlink()
        record_files(copy.directory)
        with pytest.raises(ModelFileError, match="is not a readable Marian checkpoint"):
            load_engine(copy)

    def test_an_arithmetic_that_there_is_not_is_an_error_in_words(self, entry: ModelEntry, pieces: MarianPieces) -> None:
        with pytest.raises(ModelFileError, match="int3"):
            CTranslate2Engine(
                entry.directory / CT2_DIRECTORY, pieces, source="ja", target="en", model=entry.id, digest="", compute_type="int3"
            )

    def test_a_model_that_is_not_installed_is_an_error_in_words(self, tmp_path: Path) -> None:
        absent = Catalogue.read(models_directory=tmp_path).get("fugumt-ja-en")
        with pytest.raises(ModelFileError, match="fugumt-ja-en is not installed"):
            load_engine(absent)

    def test_threads_of_a_service_load_it_once(self, entry: ModelEntry, tmp_path: Path) -> None:
        assert entry.installed
        application = Application(Settings(data_dir=tmp_path, glossary_dir=write_termbase(tmp_path / "terms"), threads=1))
        with ThreadPoolExecutor(4) as pool:
            engines = list(pool.map(lambda _: application.engine("ja", "en"), range(4)))
        application.close()
        assert len({id(e) for e in engines}) == 1
