"""The training configuration: a TOML file, checked as a whole before anything is read or written."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.training.errors import InvalidConfig
from models.training.languages import base_code

CONFIGS = Path(__file__).parent / "configs"

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Files = Annotated[tuple[str, ...], Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Section):
    """Input files and their licence. ``columns``: the languages of a TSV file's columns, where not those of ``[data]``."""

    files: Files
    licence: str
    columns: tuple[str, str] | None = None


class Corpus(Source):
    """A group of parallel text with its share of the training.

    ``weight`` and ``end_weight`` are shares of the target pieces at the start and at the end. A group of ``terms`` is a
    dictionary: of several renderings (``a; b``) the first is taken, and nothing is written into its sources.
    """

    name: Name
    weight: Weight = 1.0
    end_weight: Weight | None = None
    max_characters: Count | None = None
    max_pairs: Count | None = None
    terms: bool = False
    tokenizer_pairs: Annotated[int, Field(ge=0)] | None = None
    tokenizer_repeat: Count = 1

    @property
    def final_weight(self) -> float:
        """The weight at the end of the training."""
        return self.weight if self.end_weight is None else self.end_weight


class Evaluation(_Section):
    """Text that the training must never see. ``loss_pairs``: how many of its pairs measure the progress (0: none)."""

    name: Name
    files: Files
    columns: tuple[str, str] | None = None
    loss_pairs: Annotated[int, Field(ge=0)] = 300


class Data(_Section):
    """What is done to all text. ``length_ratio``: characters of the target for one of the source, least and most."""

    columns: tuple[str, str]
    nfkc: bool = True
    max_characters: Count = 170
    length_ratio: tuple[Positive, Positive]
    ratio_from: Count = 9

    @model_validator(mode="after")
    def _ordered(self) -> Data:
        if self.length_ratio[0] >= self.length_ratio[1]:
            raise ValueError("length_ratio: the first number must be the smaller one")
        return self


class Tokenizer(_Section):
    """The joint SentencePiece model."""

    pieces: Annotated[int, Field(ge=300, le=60000)] = 14000
    coverage: Annotated[float, Field(gt=0.9, le=1)] = 0.9996
    longest_piece: Count = 12


class Alignment(_Section):
    """Word alignment. Sentences of ``score_from`` pieces or more are dropped where less than ``least`` of them is aligned."""

    fit_pairs: Count = 100_000
    lexical_rounds: Count = 4
    hmm_rounds: Count = 4
    least: Share = 0.2
    score_from: Count = 8


class Dictionary(Source):
    """Term pairs for the substitution."""


class Substitution(_Section):
    """Approved targets written into the source: in ``share`` of the examples with a known term, ``each`` of its terms."""

    share: Share = 0.4
    each: Annotated[float, Field(gt=0, le=1)] = 0.65
    dictionary: tuple[Dictionary, ...] = ()


class Model(_Section):
    """The network. ``init`` is a Marian checkpoint to continue from; its tokenizer and sizes are then used."""

    init: str | None = None
    width: Count = 256
    encoder_layers: Count = 6
    decoder_layers: Count = 3
    heads: Count = 4
    feed_forward: Count = 1024
    positions: Annotated[int, Field(ge=16)] = 512
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1

    @model_validator(mode="after")
    def _divisible(self) -> Model:
        if self.width % (2 * self.heads):
            raise ValueError("width must be a multiple of twice the number of heads")
        return self


class Training(_Section):
    """How long and how. Shares are shares of the whole time."""

    minutes: Positive = 90.0
    seed: int = 1
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    threads: Annotated[int, Field(ge=0)] = 0
    batch_pieces: Annotated[int, Field(ge=64)] = 7000
    max_pieces: Annotated[int, Field(ge=4)] = 90
    learning_rate: Positive = 2e-3
    warmup: Share = 0.02
    decay: Share = 0.5
    floor: Share = 0.02
    weight_decay: Weight = 0.01
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    shortlist_until: Share = 0.85
    shortlist_frequent: Count = 2000
    shortlist_sampled: Count = 1000
    guided: tuple[Weight, Weight] = (0.4, 0.4)
    first_pieces: Count = 10
    curriculum: Share = 0.0
    average: Share = 0.25
    average_every: Count = 40
    save_minutes: Positive = 10.0
    log_seconds: Positive = 60.0

    @model_validator(mode="after")
    def _fits(self) -> Training:
        if self.warmup + self.decay > 1:
            raise ValueError("warmup and decay together are more than the whole time")
        if 2 * self.max_pieces > self.batch_pieces:
            raise ValueError("batch_pieces must hold at least one sentence of max_pieces on both sides")
        return self


class Card(_Section):
    """What the model card says beside what the run itself knows."""

    title: str
    licence: str
    limits: str = ""


class Config(_Section):
    """A whole training configuration."""

    source: str
    target: str
    card: Card
    data: Data
    corpus: Annotated[tuple[Corpus, ...], Field(min_length=1)]
    evaluation: tuple[Evaluation, ...] = ()
    tokenizer: Tokenizer = Tokenizer()
    alignment: Alignment = Alignment()
    substitution: Substitution = Substitution()
    model: Model = Model()
    training: Training = Training()

    @field_validator("corpus", "evaluation")
    @classmethod
    def _named_once(cls, groups: tuple[Corpus | Evaluation, ...]) -> tuple[Corpus | Evaluation, ...]:
        names = [g.name for g in groups]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"the name {twice[0]!r} stands twice")
        return groups

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        languages = {base_code(self.source), base_code(self.target)}
        if len(languages) != 2:
            raise ValueError("source and target must be two languages")
        sources: list[Source | Evaluation] = [*self.corpus, *self.evaluation, *self.substitution.dictionary]
        for columns in (self.data.columns, *(s.columns for s in sources if s.columns)):
            if {base_code(c) for c in columns} != languages:
                raise ValueError(f"columns must be {self.source} and {self.target} in the order of the file, not {' and '.join(columns)}")
        for weights in ([c.weight for c in self.corpus], [c.final_weight for c in self.corpus]):
            if not any(weights):
                raise ValueError("at least one corpus needs a weight above 0 at the start, and one at the end")
        if self.model.init is None and 1.25 * self.training.max_pieces + 2 > self.model.positions:
            raise ValueError("max_pieces, and a quarter more for written terms, does not fit into the positions of the model")
        return self

    @property
    def data_fingerprint(self) -> str:
        """A digest of everything that shapes the prepared data: a run can be continued only where it is the same."""
        parts = self.model_dump(mode="json", include={"source", "target", "data", "corpus", "evaluation", "tokenizer", "alignment"})
        for corpus in parts["corpus"]:
            del corpus["weight"], corpus["end_weight"]
        parts["dictionary"] = [d.model_dump(mode="json") for d in self.substitution.dictionary]
        parts["init"], parts["max_pieces"] = self.model.init, self.training.max_pieces
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_config(path: Path, *, minutes: float | None = None, seed: int | None = None) -> Config:
    """Read a configuration file, with two settings that the command line may override.

    Raises:
        InvalidConfig: it cannot be read, is no TOML, or breaks a rule; the message names the first offending key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise InvalidConfig(f"{path} cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InvalidConfig(f"{path} is not TOML: {exc}") from exc
    overrides = {k: v for k, v in (("minutes", minutes), ("seed", seed)) if v is not None}
    if overrides and isinstance(data.setdefault("training", {}), dict):
        data["training"].update(overrides)
    try:
        return Config.model_validate(data)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the configuration"
        raise InvalidConfig(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from exc


def find_config(given: str) -> Path:
    """A configuration by path, or by the name of one that comes with the package (``ja-en``)."""
    path = Path(given)
    shipped = CONFIGS / f"{given}.toml"
    return shipped if not path.exists() and shipped.is_file() else path
