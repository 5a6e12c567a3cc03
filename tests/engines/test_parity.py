"""Both engines are one model: CTranslate2 in float32 says what transformers' MarianMT says. Needs PyTorch; a light install skips this."""

from __future__ import annotations

import math
import shutil

import pytest

from models.catalogue import CT2_DIRECTORY, FILES, ModelEntry
from models.engine import DecodeOptions, DecodeRequest, Engine
from models.installing import convert_checkpoint
from models.loading import EngineKind, load_engine
from tests.engines.sentences import JAPANESE

pytest.importorskip("torch", reason="PyTorch is not installed")

GREEDY = DecodeOptions(beam_size=1, alignments=True)


@pytest.fixture(scope="module")
def copy(entry: ModelEntry, tmp_path_factory: pytest.TempPathFactory) -> ModelEntry:
    """The bundled checkpoint, converted anew in float32."""
    directory = tmp_path_factory.mktemp("checkpoint") / "ja-en"
    shutil.copytree(entry.directory, directory, ignore=shutil.ignore_patterns(CT2_DIRECTORY, FILES))
    convert_checkpoint(directory, "float32")
    return ModelEntry("copy", "ja", "en", "Copy", entry.licence, directory, bundled=False, nfkc=entry.nfkc)


@pytest.fixture(scope="module")
def ours(copy: ModelEntry) -> Engine:
    return load_engine(copy, compute_type="float32", threads=1)


@pytest.fixture(scope="module")
def reference(copy: ModelEntry) -> Engine:
    return load_engine(copy, kind=EngineKind.TRANSFORMERS)


def test_greedy_translations_are_equal(ours: Engine, reference: Engine) -> None:
    requests = [DecodeRequest(t) for t in JAPANESE]
    assert len(requests) == 30
    found = [h[0].text for h in ours.translate(requests, GREEDY)]
    assert found == [h[0].text for h in reference.translate(requests, GREEDY)]
    assert len(set(found)) == 30


def test_scores_and_alignments_are_equal(ours: Engine, reference: Engine) -> None:
    requests = [DecodeRequest(t) for t in JAPANESE[:10]]
    for [a], [b] in zip(ours.translate(requests, GREEDY), reference.translate(requests, GREEDY), strict=True):
        assert math.isclose(a.score, b.score, abs_tol=1e-3)
        assert a.alignment is not None
        assert b.alignment is not None
        assert (a.alignment.source_spans, a.alignment.target_spans) == (b.alignment.source_spans, b.alignment.target_spans)
        differences = [
            abs(x - y) for row, other in zip(a.alignment.weights, b.alignment.weights, strict=True) for x, y in zip(row, other, strict=True)
        ]
        assert max(differences) < 1e-2


def test_a_prefix_is_honoured_by_both(ours: Engine, reference: Engine) -> None:
    requests = [DecodeRequest(JAPANESE[0], "Tokyo's"), DecodeRequest(JAPANESE[1]), DecodeRequest(JAPANESE[2], "It is")]
    found = [h[0].text for h in ours.translate(requests, GREEDY)]
    assert found == [h[0].text for h in reference.translate(requests, GREEDY)]
    assert found[0].startswith("Tokyo's")
    assert found[2].startswith("It is")


def test_hypotheses_are_sorted_in_both(ours: Engine, reference: Engine) -> None:
    options = DecodeOptions(beam_size=4, hypotheses=4)
    for engine in (ours, reference):
        for found in engine.translate([DecodeRequest(t) for t in JAPANESE[:5]], options):
            scores = [h.score for h in found]
            assert len(found) == 4
            assert scores == sorted(scores, reverse=True)
            assert scores[0] <= 0
    best = [[h[0].text for h in e.translate([DecodeRequest(t) for t in JAPANESE], DecodeOptions(beam_size=4))] for e in (ours, reference)]
    agree = sum(a == b for a, b in zip(*best, strict=True))
    assert agree >= 24, [(a, b) for a, b in zip(*best, strict=True) if a != b]


def test_a_text_of_nothing_is_a_translation_of_nothing_in_both(ours: Engine, reference: Engine) -> None:
    assert ours.translate([], GREEDY) == reference.translate([], GREEDY) == []


def test_the_signature_names_the_engine_and_the_arithmetic(ours: Engine, reference: Engine) -> None:
    assert (ours.signature.engine, ours.signature.compute) == ("ctranslate2", "float32")
    assert (reference.signature.engine, reference.signature.compute) == ("transformers", "float32")
    assert ours.signature.digest == reference.signature.digest
