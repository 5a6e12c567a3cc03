from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.training.batching import Batch, BatchStream, Position, frequent_targets
from models.training.config import Config
from models.training.prepared import Prepared

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install 'meiyaku[torch]'")


def network(config: Config, prepared: Prepared, **settings: object) -> Any:
    from models.training.network import Network, new_model

    torch.manual_seed(3)
    training = config.training.model_copy(update={"threads": 1, **settings})
    return Network(new_model(config.model, prepared.pieces), training, frequent_targets(config, prepared.groups, prepared.pieces.size, 60))


@pytest.fixture
def batch(config: Config, prepared: Prepared) -> Batch:
    return BatchStream(config, prepared.groups, prepared.pieces, Position(3, 0.9, 0)).next(0.9)


def test_a_shortlist_of_the_whole_vocabulary_is_the_full_softmax(config: Config, prepared: Prepared, batch: Batch) -> None:
    whole = network(config, prepared, shortlist_sampled=20_000)
    full = whole.losses(batch, shortlist=False, guided=False)
    short = whole.losses(batch, shortlist=True, guided=False)
    # The padding piece is never in the shortlist: the full softmax gives it one share in 421.
    assert float(short.translation.detach()) == pytest.approx(float(full.translation.detach()), abs=0.02)
    assert full.pieces == int((batch.targets != prepared.pieces.pad).sum())


def test_a_sampled_shortlist_estimates_the_full_softmax(config: Config, prepared: Prepared, batch: Batch) -> None:
    sampled = network(config, prepared, shortlist_sampled=80)
    full = float(sampled.losses(batch, shortlist=False, guided=False).translation.detach())
    estimates = [float(sampled.losses(batch, shortlist=True, guided=False).translation.detach()) for _ in range(20)]
    assert np.mean(estimates) == pytest.approx(full, abs=0.05)


def test_the_alignment_loss_is_that_of_head_zero_of_the_last_layer(config: Config, prepared: Prepared, batch: Batch) -> None:
    guided = network(config, prepared)
    loss = float(guided.losses(batch, shortlist=False, guided=True).alignment.detach())
    guided.model.set_attn_implementation("eager")
    sources, targets, links = (torch.from_numpy(a) for a in (batch.sources, batch.targets, batch.links))
    start = torch.full((len(targets), 1), prepared.pieces.pad)
    out = guided.model.model(
        input_ids=sources, attention_mask=(sources != prepared.pieces.pad).long(),
        decoder_input_ids=torch.cat([start, targets[:, :-1]], 1), output_attentions=True,
    )  # fmt: skip
    attention = out.cross_attentions[-1][:, 0].detach()
    known = links >= 0
    expected = -torch.log(attention[known].gather(1, links[known][:, None])).mean()
    assert loss == pytest.approx(float(expected), rel=1e-3)


def test_the_alignment_loss_reaches_the_attention(config: Config, prepared: Prepared, batch: Batch) -> None:
    guided = network(config, prepared)
    guided.losses(batch, shortlist=False, guided=True).alignment.backward()
    weight = guided.model.model.decoder.layers[-1].encoder_attn.q_proj.weight
    assert float(weight.grad[:16].abs().sum()) > 0
    assert float(weight.grad[16:].abs().sum()) == 0


def test_bfloat16_is_close_to_float32(config: Config, prepared: Prepared, batch: Batch) -> None:
    exact, rough = (network(config, prepared, precision=p) for p in ("float32", "bfloat16"))
    losses = [float(n.losses(batch, shortlist=False, guided=False).translation.detach()) for n in (exact, rough)]
    assert losses[0] == pytest.approx(losses[1], abs=0.03)


def test_padding_does_not_change_the_loss(config: Config, prepared: Prepared, batch: Batch) -> None:
    plain = network(config, prepared)
    pad = prepared.pieces.pad
    wide = Batch(
        *(np.pad(a, ((0, 0), (0, 5)), constant_values=v) for a, v in ((batch.sources, pad), (batch.targets, pad), (batch.links, -1)))
    )
    assert plain.evaluate([batch]) == pytest.approx(plain.evaluate([wide]), abs=1e-4)


def test_muon_steps_along_a_nearly_orthogonal_matrix() -> None:
    from models.training.optimizer import orthogonal

    for shape in ((8, 8), (8, 24), (24, 8)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(*shape)))
        assert float(values.min()) > 0.3 and float(values.max()) < 1.4


def test_the_optimizer_learns_and_continues_from_its_state(config: Config, prepared: Prepared, batch: Batch) -> None:
    from models.training.optimizer import Optimizer

    def steps(optimizer: Optimizer, learner: Any, count: int) -> list[float]:
        out = []
        for _ in range(count):
            loss = learner.losses(batch, shortlist=False, guided=False).translation
            loss.backward()
            optimizer.step(1.0)
            out.append(float(loss.detach()))
        return out

    learner = network(config, prepared)
    optimizer = Optimizer(learner.model, rate=0.01, weight_decay=0.01)
    losses = steps(optimizer, learner, 6)
    assert losses[-1] < losses[0] - 0.5
    other = network(config, prepared)
    other.model.load_state_dict(learner.model.state_dict())
    continued = Optimizer(other.model, rate=0.01, weight_decay=0.01)
    continued.load_state_dict(deepcopy(optimizer.state_dict()))
    assert steps(continued, other, 2) == pytest.approx(steps(optimizer, learner, 2), rel=1e-5)


def test_a_loss_that_is_no_number_stops_the_run(config: Config, prepared: Prepared, tmp_path: Path) -> None:
    from models.training.errors import Diverged
    from models.training.journal import Journal
    from models.training.trainer import Trainer

    broken = network(config, prepared)
    with torch.no_grad():
        broken.model.lm_head.weight[prepared.pieces.end, 5] = float("nan")
    trainer = Trainer(config, prepared, broken, tmp_path, journal=Journal(tmp_path / "log.jsonl", lambda line: None), clock=lambda: 0.0)
    with pytest.raises(Diverged, match=r"no number at step 1; lower training\.learning_rate"):
        trainer.run()
    assert not (tmp_path / "state.pt").exists()


def test_the_embedding_that_decoding_starts_from_stays_zero(config: Config, prepared: Prepared, batch: Batch, tmp_path: Path) -> None:
    from models.training.journal import Journal
    from models.training.network import start_embedding
    from models.training.optimizer import Optimizer
    from models.training.trainer import Trainer

    drifting = network(config, prepared)
    optimizer = Optimizer(drifting.model, rate=0.01, weight_decay=0.01)
    drifting.losses(batch, shortlist=False, guided=False).translation.backward()
    optimizer.step(1.0)
    assert start_embedding(drifting.model).any()  # what a full softmax does to it
    drifting.clear_start()
    assert not start_embedding(drifting.model).any()

    passes = iter(range(10_000))
    settings = {"shortlist_until": 0.0, "minutes": 0.5, "log_seconds": 1000.0, "save_minutes": 100.0}
    kept = network(config, prepared, **settings)
    short = config.model_copy(update={"training": config.training.model_copy(update=settings)})
    journal = Journal(tmp_path / "log.jsonl", lambda line: None)
    outcome = Trainer(short, prepared, kept, tmp_path, journal=journal, clock=lambda: float(next(passes))).run()
    assert outcome.steps > 3
    assert not start_embedding(kept.model).any()


def test_a_checkpoint_to_continue_from_gets_a_zero_start(config: Config, prepared: Prepared) -> None:
    from models.training.network import Network, new_model, start_embedding

    model = new_model(config.model, prepared.pieces)
    with torch.no_grad():
        start_embedding(model).fill_(0.5)
    Network(model, config.training, [0])
    assert not start_embedding(model).any()


def test_weights_with_which_the_engines_would_differ_are_not_exported(
    config: Config, prepared: Prepared, prepared_folder: Path, tmp_path: Path
) -> None:
    from models.training.errors import EnginesDiffer
    from models.training.export import export_checkpoint
    from models.training.network import new_model, start_embedding
    from models.training.prepared import tokenizer_folder

    model = new_model(config.model, prepared.pieces)
    with torch.no_grad():
        start_embedding(model)[3] = 0.01
    with pytest.raises(EnginesDiffer, match="is not zero"):
        export_checkpoint(model, prepared.pieces, tokenizer_folder(prepared_folder), config, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
