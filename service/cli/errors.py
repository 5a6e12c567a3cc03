"""Errors that a user can do something about."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from glossary.errors import GlossaryError
from models.errors import ModelError
from service.database import DatabaseError
from service.documents.base import DocumentError
from service.jobs.values import JobError
from service.translation.intake import IntakeError
from service.translation.languages import LanguagesFileError, UnknownLanguage


class UsageProblem(Exception):
    """The command cannot be carried out as it was given."""


EXPECTED = (
    UsageProblem, GlossaryError, ModelError, DatabaseError, DocumentError, JobError, IntakeError, UnknownLanguage, LanguagesFileError,
    ValidationError, SettingsError,
)  # fmt: skip


def one_line(exc: Exception) -> str:
    """The message of an expected error on one line."""
    if isinstance(exc, ValidationError):
        first = exc.errors()[0]
        return f"setting MEIYAKU_{'_'.join(str(p).upper() for p in first['loc'][:1])}: {first['msg']}"
    return " ".join(str(exc).split())
