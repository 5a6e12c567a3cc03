"""What can go wrong while a model is trained.

TrainingError (a ModelError)
 ├── InvalidConfig    the configuration breaks a rule
 ├── InvalidCorpus    an input file is missing, unreadable or has nothing to train on
 ├── RunState         the output folder holds another run, or none that could be continued
 ├── Diverged         the loss is no longer a number
 └── EnginesDiffer    transformers and CTranslate2 would translate differently with these weights
"""

from __future__ import annotations

from models.errors import ModelError


class TrainingError(ModelError):
    """A model could not be trained."""


class InvalidConfig(TrainingError):
    """The training configuration breaks a rule."""


class InvalidCorpus(TrainingError):
    """An input of the training cannot be used."""


class RunState(TrainingError):
    """The output folder does not fit what was asked."""


class Diverged(TrainingError):
    """The training came apart."""


class EnginesDiffer(TrainingError):
    """The engines would not agree on a model."""
