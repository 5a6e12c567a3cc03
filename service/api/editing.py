"""Changing concepts: create, replace, patch, delete, history, restore. Lost updates are refused by ETag and If-Match (RFC 9110)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response

from glossary.editing import create_concept, delete_concept, get_revision, history, replace_concept, restore_concept
from glossary.errors import InvalidConcept
from glossary.serialization import from_json
from glossary.store import Change, get_stored
from service.api.concepts import ChangedConcept, NewConcept, RevisionInfo, VersionedConcept, concept_json, revision_info, versioned
from service.api.dependencies import Actor, App, require_key
from service.api.problems import Problem

router = APIRouter(prefix="/v1/terms", tags=["terms"], dependencies=[Depends(require_key)])
_VERSION = re.compile(r'"(\d{1,18})"')

Reason = Annotated[str | None, Query(max_length=1000, description="Why; kept in the history")]
ConceptId = str


def change_of(actor: Actor, reason: Reason = None) -> Change:
    """Who changes something now, and why."""
    return Change(actor, datetime.now(UTC), reason)


By = Annotated[Change, Depends(change_of)]


def expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the client has seen; None for ``*``, any.

    Raises:
        Problem: 428 without If-Match, 412 where it can be no ETag of ours.
    """
    if if_match is None:
        raise Problem(
            428, "precondition-required", "send the ETag of the concept that you read in If-Match, or * to change whatever is there"
        )
    if if_match.strip() == "*":
        return None
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise Problem(412, "stale-concept", f"If-Match {if_match[:60]!r} is not the ETag of this concept; read it again")
    return int(match[1])


Expected = Annotated[int | None, Depends(expected_version)]


@router.post("", status_code=201)
def create(
    body: NewConcept, application: App, response: Response, by: By,
    collection: Annotated[str, Query(description="The collection that it goes into; not the curated one")],
) -> VersionedConcept:  # fmt: skip
    """Make a concept in a collection of your own."""
    concept = from_json(body.model_dump(mode="json"))
    with application.sessions.begin() as session:
        stored = create_concept(session, collection, concept, by)
    response.headers["ETag"] = f'"{stored.version}"'
    response.headers["Location"] = f"/v1/terms/{stored.concept.id}"
    return versioned(stored)


@router.put("/{concept_id}")
def put(concept_id: ConceptId, body: ChangedConcept, application: App, response: Response, by: By, expected: Expected) -> VersionedConcept:
    """Put another state of a concept in the place of the present one."""
    return _replace(application, concept_id, body.model_dump(mode="json"), by, expected, response)


@router.patch("/{concept_id}")
def patch(
    concept_id: ConceptId, body: Annotated[dict[str, Any], Body(media_type="application/merge-patch+json")], application: App,
    response: Response, by: By, expected: Expected,
) -> VersionedConcept:  # fmt: skip
    """Change some fields: a JSON merge patch (RFC 7396). A list, such as the terms, is replaced as a whole."""
    with application.sessions() as session:
        stored = get_stored(session, concept_id)
    # The version read here, not the client's "any": between the two transactions somebody else may write.
    if expected is None:
        expected = stored.version
    return _replace(application, concept_id, _merged(concept_json(stored.concept), body), by, expected, response)


def _replace(
    application: App, concept_id: str, data: dict[str, Any], by: Change, expected: int | None, response: Response
) -> VersionedConcept:
    if data.get("id") not in (None, concept_id):
        raise InvalidConcept([f"the id in the body is {data['id']!r}, but the address says {concept_id!r}; an id cannot be changed"])
    concept = from_json({**data, "id": concept_id})
    with application.sessions.begin() as session:
        stored = replace_concept(session, concept, by, expected)
    response.headers["ETag"] = f'"{stored.version}"'
    return versioned(stored)


@router.delete("/{concept_id}", status_code=204)
def delete(concept_id: ConceptId, application: App, by: By, expected: Expected) -> None:
    """Delete a concept. Its history stays, and it can be restored."""
    with application.sessions.begin() as session:
        delete_concept(session, concept_id, by, expected)


@router.get("/{concept_id}/history")
def concept_history(
    concept_id: ConceptId, application: App,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(description="Only revisions older than this one")] = None,
) -> list[RevisionInfo]:  # fmt: skip
    """The revisions of a concept, newest first; also of one that was deleted."""
    with application.sessions() as session:
        return [revision_info(r) for r in history(session, concept_id, limit=limit, before=before)]


@router.get("/{concept_id}/history/{revision_id}")
def one_revision(concept_id: ConceptId, revision_id: int, application: App) -> RevisionInfo:
    """One revision of a concept."""
    with application.sessions() as session:
        return revision_info(get_revision(session, concept_id, revision_id))


@router.post("/{concept_id}/restore")
def restore(
    concept_id: ConceptId, application: App, response: Response, by: By,
    revision: Annotated[int, Query(description="The id of the revision to go back to")],
    if_match: Annotated[str | None, Header()] = None,
) -> VersionedConcept:  # fmt: skip
    """Make a concept what it was after a revision, also where it has been deleted since. If-Match is optional: nothing can be lost."""
    expected = expected_version(if_match) if if_match is not None else None
    with application.sessions.begin() as session:
        stored = restore_concept(session, concept_id, revision, by, expected)
    response.headers["ETag"] = f'"{stored.version}"'
    return versioned(stored)


def _merged(target: Any, change: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result
