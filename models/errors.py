"""What can go wrong in the model room.

ModelError
 ├── NoModelForDirection   no installed model translates between two languages
 ├── UnknownModel          the catalogue has no entry of that id
 ├── ModelFileError        a file is missing, or its bytes are not those of the manifest
 ├── ManifestError         a manifest of the user's cannot be read
 ├── ModelRefused          the catalogue advises against a model
 ├── ModelUnavailable      a model could not be fetched or converted
 └── MissingDependency     an optional library is not installed
"""


class ModelError(Exception):
    """A translation model could not be used."""


class NoModelForDirection(ModelError):
    """No installed model translates in this direction."""


class UnknownModel(ModelError):
    """The catalogue has no such model."""


class ModelFileError(ModelError):
    """A model file is missing or damaged."""


class ManifestError(ModelError):
    """A model manifest cannot be read."""


class ModelRefused(ModelError):
    """The catalogue refuses this model."""


class ModelUnavailable(ModelError):
    """The model could not be fetched or converted."""


class MissingDependency(ModelError):
    """An optional library is not installed."""
