"""What ``meiyaku evaluate`` counts: pairs, terms, intervals, runs side by side."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from service.evaluation import Evaluation, Pair, evaluate, read_pairs, score_terms
from service.evaluation.bootstrap import interval, resample
from service.evaluation.statistics import QualityMetrics, TermStatistics
from service.evaluation.terms import Occurrence, total
from service.translation.intake import IntakeError
from service.translation.pipeline import GlossaryMode, Pipeline
from service.translation.result import Translation
from tests.core.small_termbase import LANGUAGES, pipeline
from tests.fakes import FakeEngine

PAIRS = [
    Pair("自衛隊は抑止力を高める。", "The Self-Defense Forces enhance deterrence.", ("news",)),
    Pair("抑止力が要る。", "Deterrence is needed.", ("news", "short")),
    Pair("反撃能力は要らない。", "The ability to strike back is not needed.", ("short",)),
    Pair("天気がよい。", "The weather is fine."),
]


def _engine() -> FakeEngine:
    """Translates plain sources without terms, and sources with terms written in as the references do."""
    answers = {
        "自衛隊": "The army gets better at scaring.", "Self-Defense": "The Self-Defense Forces enhance deterrence.",
        "抑止力が": "It is needed.", "deterrence": "Deterrence is needed.", "counterstrike": "The counterstrike capability is not needed.",
        "反撃": "Hitting back is not needed.", "天気": "The weather is fine.",
    }  # fmt: skip
    return FakeEngine(lambda text: next(answer for key, answer in answers.items() if key in text))


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(PAIRS, {mode.value: pipeline(_engine(), mode=mode) for mode in (GlossaryMode.ENFORCE, GlossaryMode.OFF)})


class TestPairs:
    def test_either_order_of_columns(self) -> None:
        pairs = read_pairs("# source\treference\nHello there.\tこんにちは。\r\n\nGood night.\tおやすみ。\n", "en", LANGUAGES)
        assert pairs == [Pair("こんにちは。", "Hello there."), Pair("おやすみ。", "Good night.")]
        assert read_pairs("Hello there.\tこんにちは。", "ja", LANGUAGES) == [Pair("Hello there.", "こんにちは。")]

    def test_a_third_column_holds_tags(self) -> None:
        text = "一。\tOne.\tnews, hard\n二。\tTwo.\tnews news\n三。\tThree.\t\n四。\tFour."
        assert [p.tags for p in read_pairs(text, "en", LANGUAGES)] == [("news", "hard"), ("news",), (), ()]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("一。\tOne.\n二。", "line 2 does not have two columns"),
            ("一。\t ", "line 1 does not have two columns"),
            ("# nothing\n", "holds no pairs"),
            ("一。\t二。", "neither column is English"),
        ],
    )
    def test_what_is_no_table_of_pairs(self, text: str, message: str) -> None:
        with pytest.raises(IntakeError, match=message):
            read_pairs(text, "en", LANGUAGES)


class TestTerms:
    def test_occurrences_are_counted_from_the_texts(self) -> None:
        scores = score_terms(PAIRS, [p.reference for p in PAIRS], pipeline(_engine()))
        assert (scores.occurrences, scores.met, scores.segments_with_terms, scores.segments_all_met) == (4, 3, 3, 2)
        assert scores.term_success == 3 / 4
        assert scores.all_constraints == 2 / 3
        assert scores.consistency == 1.0

    def test_consistency_is_the_share_of_the_most_frequent_rendering(self) -> None:
        outputs = ["The U.S. acts.", "The United States acts.", "The U.S. acts.", "America acts."]
        scores = score_terms([Pair("米国は動く。", "")] * 4, outputs, pipeline(_engine()))
        assert scores.consistency == 2 / 3

    def test_nothing_to_render_gives_no_rates(self) -> None:
        scores = score_terms([PAIRS[3]], ["The weather is fine."], pipeline(_engine()))
        assert (scores.occurrences, scores.term_success, scores.all_constraints, scores.consistency) == (0, None, None, None)

    def test_protected_text_names_nothing(self) -> None:
        assert score_terms([Pair("`抑止力` を見よ。", "")], ["See `抑止力`."], pipeline(_engine())).occurrences == 0

    def test_the_sums_over_texts_give_the_same_figures(self) -> None:
        generator = np.random.default_rng(3)
        words = [None, "a", "b", "c"]
        texts = [
            tuple(Occurrence(str(generator.integers(6)), "d", "x", words[generator.integers(4)]) for _ in range(generator.integers(4)))
            for _ in range(60)
        ]
        scores, figures = total(texts), TermStatistics.of(texts).figures(np.ones((1, 60)))
        assert figures["term_success"][0] == pytest.approx(scores.term_success)
        assert figures["all_constraints"][0] == pytest.approx(scores.all_constraints)
        assert figures["consistency"][0] == pytest.approx(scores.consistency)

    def test_a_text_drawn_twice_counts_twice(self) -> None:
        first, second = (Occurrence("c", "d", "x", "a"),), (Occurrence("c", "d", "x", "b"),)
        weighted = TermStatistics.of([first, second]).figures(np.array([[3.0, 1.0]]))
        assert weighted["consistency"][0] == total([first, first, first, second]).consistency


class TestQuality:
    @pytest.mark.parametrize(("target", "tokenizer"), [("en", "13a"), ("ja", "char")])
    def test_sums_give_sacrebleus_own_scores(self, target: str, tokenizer: str) -> None:
        outputs = ["The cat sat on a mat.", "Dogs bark at night in town.", "", "Nothing of the kind happened here today."]
        references = ["The cat sat on the mat.", "Dogs bark in town at night.", "Something.", "Nothing of that kind happened here today."]
        metrics = QualityMetrics(target)
        bleu, chrf = metrics.statistics(outputs, references)
        assert metrics.bleu(bleu.sum(axis=0, keepdims=True))[0] == BLEU(tokenize=tokenizer).corpus_score(outputs, [references]).score
        assert metrics.chrf2(chrf.sum(axis=0, keepdims=True))[0] == CHRF().corpus_score(outputs, [references]).score
        assert f"tok:{tokenizer}" in metrics.signatures()["BLEU"]


class TestIntervals:
    def test_resamples_are_the_same_at_every_call_and_of_full_size(self) -> None:
        one, two = np.concatenate(list(resample(37))), np.concatenate(list(resample(37)))
        assert one.shape == (1000, 37)
        assert (one == two).all()
        assert (one.sum(axis=1) == 37).all()
        assert len(np.unique(one, axis=0)) > 990

    def test_large_sets_come_in_blocks(self) -> None:
        shapes = [weights.shape for weights in resample(1_500_000, 5)]
        assert shapes == [(2, 1_500_000), (2, 1_500_000), (1, 1_500_000)]

    def test_the_interval_of_a_share_is_that_of_theory(self) -> None:
        hits = np.array([1.0] * 300 + [0.0] * 100)
        found = interval(np.concatenate([weights @ hits / 400 for weights in resample(400)]))
        assert found is not None
        assert found.low == pytest.approx(0.75 - 1.96 * (0.75 * 0.25 / 400) ** 0.5, abs=0.006)
        assert found.high == pytest.approx(0.75 + 1.96 * (0.75 * 0.25 / 400) ** 0.5, abs=0.006)

    def test_a_figure_that_most_resamples_lack_has_none(self) -> None:
        assert interval([np.nan, np.nan, 1.0]) is None

    def test_intervals_of_many_texts_take_no_time(self) -> None:
        texts = [(Occurrence(str(n % 90), "d", "x", "ab"[n % 7 == 0]),) for n in range(544)]
        statistics, metrics = TermStatistics.of(texts), QualityMetrics("en")
        bleu, chrf = metrics.statistics([f"The cat number {n} sat on the mat." for n in range(544)], ["The cat sat on a mat."] * 544)
        begin = time.process_time()
        for weights in resample(544):
            statistics.figures(weights)
            metrics.bleu(weights @ bleu)
            metrics.chrf2(weights @ chrf)
        assert time.process_time() - begin < 2


class TestRuns:
    def test_both_runs_are_counted_alike(self, result: Evaluation) -> None:
        on, off = result.runs["enforce"], result.runs["off"]
        assert (on.terms.occurrences, on.terms.met, off.terms.occurrences, off.terms.met) == (4, 4, 4, 0)
        assert result.reference.met == 3
        assert on.chrf2 > off.chrf2
        assert on.rungs == off.rungs == {"decoded": 4}
        assert on.term_rungs == {"decoded": 4}
        assert off.term_rungs == {}

    def test_only_a_run_with_a_glossary_reports(self, result: Evaluation) -> None:
        on, off = result.runs["enforce"], result.runs["off"]
        assert (on.reported_unmet, on.unreported) == (0, 0)
        assert (off.reported_unmet, off.unreported) == (None, None)

    def test_differences_are_the_first_run_less_the_other(self, result: Evaluation) -> None:
        assert list(result.differences) == ["enforce - off"]
        difference = result.differences["enforce - off"]["chrf2"]
        assert difference.value == pytest.approx(result.runs["enforce"].chrf2 - result.runs["off"].chrf2)
        assert difference.interval is not None
        assert difference.interval.low <= difference.value <= difference.interval.high
        assert result.differences["enforce - off"]["term_success"].value == 1.0

    def test_equal_runs_differ_by_nothing(self) -> None:
        pipelines = {name: pipeline(_engine()) for name in ("one", "two")}
        for difference in evaluate(PAIRS, pipelines).differences["one - two"].values():
            assert (difference.value, difference.interval.low, difference.interval.high) == (0, 0, 0)  # type: ignore[union-attr]

    def test_domains_count_their_own_terms(self, result: Evaluation) -> None:
        domains = result.runs["enforce"].domains
        assert {name: (part.pairs, part.terms.occurrences, part.terms.met) for name, part in domains.items()} == {
            "alliance": (1, 1, 1),
            "defense": (3, 3, 3),
        }
        assert {name: part.terms.met for name, part in result.runs["off"].domains.items()} == {"alliance": 0, "defense": 0}

    def test_tags_hold_their_own_pairs(self, result: Evaluation) -> None:
        tags = result.runs["enforce"].tags
        assert {name: (part.pairs, part.terms.occurrences) for name, part in tags.items()} == {"news": (2, 3), "short": (2, 2)}
        assert tags["news"].chrf2 == pytest.approx(100)
        assert tags["short"].chrf2 < 100
        assert tags["news"].intervals == {}, "two texts say nothing of the spread"

    def test_a_part_of_ten_texts_has_intervals(self) -> None:
        scores = evaluate(PAIRS * 5, {"on": pipeline(_engine())}).runs["on"]
        assert scores.tags["news"].intervals["chrf2"].low == pytest.approx(100)
        assert scores.tags["short"].intervals["chrf2"].low < scores.tags["short"].intervals["chrf2"].high

    def test_everything_but_times_is_the_same_again(self, result: Evaluation) -> None:
        again = evaluate(PAIRS, {mode.value: pipeline(_engine(), mode=mode) for mode in (GlossaryMode.ENFORCE, GlossaryMode.OFF)})
        assert _without_times(again) == _without_times(result)

    def test_broken_outputs_are_judged_by_the_texts(self) -> None:
        engine = FakeEngine(lambda text: "" if "天気" in text else "it goes on it goes on it goes on" if "反撃" in text else "It is so.")
        assert evaluate(PAIRS, {"off": pipeline(engine, mode=GlossaryMode.OFF)}).runs["off"].broken == 0.5


def _without_times(evaluation: Evaluation) -> Evaluation:
    return replace(evaluation, runs={name: replace(s, seconds=0.0, seconds_by_rung={}) for name, s in evaluation.runs.items()})


@dataclass(frozen=True)
class _SilentPipeline(Pipeline):
    """Keeps to itself what became of the terms."""

    def translate_all(self, *arguments: object, **options: object) -> list[Translation]:
        done = Pipeline.translate_all(self, *arguments, **options)  # type: ignore[arg-type]
        return [replace(t, segments=tuple(replace(s, terms=()) for s in t.segments)) for t in done]


class TestWhatIsReported:
    def test_reported_shortfalls_are_those_that_are_counted(self) -> None:
        engine = FakeEngine(lambda text: "Something else is needed.")
        scores = evaluate(PAIRS, {"prefer": pipeline(engine, mode=GlossaryMode.PREFER)}).runs["prefer"]
        assert scores.terms.occurrences - scores.terms.met == scores.reported_unmet == 4
        assert scores.unreported == 0

    def test_a_run_that_hides_a_shortfall_is_found_out(self) -> None:
        honest = pipeline(FakeEngine(lambda text: "Something else is needed."), mode=GlossaryMode.PREFER)
        silent = _SilentPipeline(honest.engine, honest.source, honest.target, honest.index, mode=honest.mode)
        scores = evaluate(PAIRS, {"silent": silent}).runs["silent"]
        assert (scores.reported_unmet, scores.unreported) == (0, 4)

    def test_plain_data_is_plain(self, result: Evaluation) -> None:
        assert asdict(result)["runs"]["enforce"]["intervals"]["chrf2"].keys() == {"low", "high"}
