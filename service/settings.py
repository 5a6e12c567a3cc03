"""Settings, read once by the entrances from ``MEIYAKU_*`` environment variables. Values go on as arguments; nobody below reads them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.loading import EngineKind

_HASHED = "sha256:"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class Settings(BaseSettings):
    """Everything that can be configured. Creating an instance touches no file."""

    model_config = SettingsConfigDict(env_prefix="MEIYAKU_", env_ignore_empty=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("meiyaku", appauthor=False))
    """Where the embedded database, pulled models and uploads live."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL; without one, SQLite in the data directory. ``postgresql://`` needs the extra ``[postgres]``."""
    glossary_dir: Path | None = None
    """A directory of curated termbase files to use instead of the bundled one."""
    manifests: list[Path] = []
    """Further model manifests (a JSON list of paths); their models go before the bundled ones."""
    languages_file: Path | None = None
    """A TOML file with further languages, in the form of service/translation/languages.toml."""
    engine: EngineKind = EngineKind.CTRANSLATE2
    compute_type: str = "int8"
    """Arithmetic of the CTranslate2 engine: int8 or float32."""
    threads: int = Field(default=0, ge=0)
    """Threads of one translation; 0 lets the library choose."""
    host: str = "127.0.0.1"
    port: int = Field(default=8300, ge=1, le=65535)
    api_keys: list[SecretStr] = []
    """Keys that clients may present (a JSON list), each as it is or as ``sha256:`` and the digest of it. Required when ``host`` is not
    a loopback address."""
    max_text_characters: int = Field(default=100_000, ge=1)
    """The longest text of one HTTP request or document."""
    max_upload_bytes: int = Field(default=50_000_000, ge=1)
    """The largest upload of one job, all files together."""
    max_upload_files: int = Field(default=1000, ge=1)

    @field_validator("api_keys")
    @classmethod
    def _check_keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        for key in (k.get_secret_value() for k in keys):
            if not key.strip():
                raise ValueError("a key is empty")
            if key.startswith(_HASHED) and not _SHA256.fullmatch(key.removeprefix(_HASHED)):
                raise ValueError("after sha256: there must be 64 hexadecimal digits")
        return keys

    @property
    def api_key_digests(self) -> tuple[str, ...]:
        """SHA-256 of every key, as hexadecimal digits: all that a request is compared with."""
        keys = (key.get_secret_value() for key in self.api_keys)
        return tuple(
            key.removeprefix(_HASHED).lower() if key.startswith(_HASHED) else hashlib.sha256(key.encode()).hexdigest() for key in keys
        )

    @property
    def resolved_database_url(self) -> str:
        """The database URL in use."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'meiyaku.db'}"
        url = self.database_url.get_secret_value()
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url[len(prefix) :]
        return url
