"""Collections: a user's own glossaries and do-not-translate lists beside the curated termbase."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from glossary.collections import CollectionKind, create_collection, delete_collection, get_collection, list_collections, update_collection
from service.api.concepts import CollectionInfo, collection_info
from service.api.dependencies import App, require_key
from service.api.editing import By

router = APIRouter(prefix="/v1/collections", tags=["terms"], dependencies=[Depends(require_key)])


class NewCollection(BaseModel):
    """A collection to be made; without ``precedence`` it goes before all that there are."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    kind: CollectionKind = CollectionKind.TERMS
    precedence: int | None = None


class ChangedCollection(BaseModel):
    """Fields of a collection to change."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    precedence: int | None = None


@router.get("")
def all_collections(application: App) -> list[CollectionInfo]:
    """Every collection, the highest precedence first."""
    with application.sessions() as session:
        return [collection_info(c) for c in list_collections(session)]


@router.post("", status_code=201)
def create(body: NewCollection, application: App, by: By) -> CollectionInfo:
    """Make an empty collection."""
    with application.sessions.begin() as session:
        return collection_info(create_collection(session, body.id, body.title, by, kind=body.kind, precedence=body.precedence))


@router.get("/{collection_id}")
def one_collection(collection_id: str, application: App) -> CollectionInfo:
    """One collection."""
    with application.sessions() as session:
        return collection_info(get_collection(session, collection_id))


@router.patch("/{collection_id}")
def change(collection_id: str, body: ChangedCollection, application: App, by: By) -> CollectionInfo:
    """Change title or precedence."""
    with application.sessions.begin() as session:
        return collection_info(update_collection(session, collection_id, by, title=body.title, precedence=body.precedence))


@router.delete("/{collection_id}", status_code=204)
def delete(collection_id: str, application: App, by: By) -> None:
    """Delete an empty collection."""
    with application.sessions.begin() as session:
        delete_collection(session, collection_id, by)
