"""``meiyaku terms`` commands that read and change single concepts and collections of the database."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from glossary.collections import CollectionKind, create_collection, delete_collection, list_collections
from glossary.editing import create_concept, delete_concept, history, replace_concept, restore_concept
from glossary.serialization import from_json
from glossary.store import Change, get_stored
from service.api.concepts import concept_json, revision_info
from service.cli.console import out, print_json
from service.cli.errors import UsageProblem
from service.cli.inputs import read_input
from service.cli.terms import concept_table
from service.settings import Settings
from service.wiring import Application

app = typer.Typer(rich_markup_mode=None)
collections = typer.Typer(no_args_is_help=True, help="Your own glossaries beside the curated one.", rich_markup_mode=None)
app.add_typer(collections, name="collections")

ReasonOption = Annotated[str | None, typer.Option(help="Why; kept in the history")]
JsonFlag = Annotated[bool, typer.Option("--json", help="JSON instead of a table")]
VersionOption = Annotated[int | None, typer.Option("--version", help="Change it only while it has this version")]
ConceptIdArgument = Annotated[str, typer.Argument(help="Id of a concept, as lookup prints it")]


def change(reason: str | None) -> Change:
    """A change by the person at the keyboard, now."""
    try:
        actor = getpass.getuser()
    except (OSError, KeyError):
        actor = "unknown"  # a container's user without a name
    return Change(actor[:128], datetime.now(UTC), reason)


@app.command()
def show(concept_id: ConceptIdArgument, as_json: JsonFlag = False) -> None:
    """One concept with everything that is known of it."""
    with Application(Settings()).sessions() as session:
        stored = get_stored(session, concept_id)
    if as_json:
        print_json({**concept_json(stored.concept), "version": stored.version})
    else:
        out.print(concept_table(stored.concept))
        out.print(f"collection {stored.concept.collection}, version {stored.version}", markup=False)


@app.command()
def add(
    file: Annotated[str, typer.Argument(help="A JSON file with one concept, in the form that show --json prints; - reads standard input")],
    collection: Annotated[str, typer.Option(help="The collection that it goes into")],
    reason: ReasonOption = None,
) -> None:
    """Make a concept in a collection of your own."""
    settings = Settings()
    concept = from_json(_read_object(file, settings))
    with Application(settings).sessions.begin() as session:
        stored = create_concept(session, collection, concept, change(reason))
    out.print(f"{stored.concept.id}: created, version {stored.version}", markup=False)


@app.command()
def edit(
    concept_id: ConceptIdArgument,
    file: Annotated[str, typer.Argument(help="A JSON file with the concept as it shall be; - reads standard input")],
    version: VersionOption = None,
    reason: ReasonOption = None,
) -> None:
    """Put another state of a concept in the place of the present one."""
    settings = Settings()
    concept = from_json({**_read_object(file, settings), "id": concept_id})
    with Application(settings).sessions.begin() as session:
        stored = replace_concept(session, concept, change(reason), version)
    out.print(f"{concept_id}: version {stored.version}", markup=False)


@app.command()
def delete(concept_id: ConceptIdArgument, version: VersionOption = None, reason: ReasonOption = None) -> None:
    """Delete a concept of your own; restore brings it back."""
    with Application(Settings()).sessions.begin() as session:
        delete_concept(session, concept_id, change(reason), version)
    out.print(f"{concept_id}: deleted", markup=False)


@app.command("history")
def show_history(
    concept_id: ConceptIdArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many revisions")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """The revisions of a concept, newest first: who, when, what, why."""
    with Application(Settings()).sessions() as session:
        revisions = history(session, concept_id, limit=limit)
    if as_json:
        print_json([revision_info(r).model_dump(mode="json") for r in revisions])
        return
    table = Table(title=concept_id, title_justify="left")
    for heading in ("revision", "when", "who", "what", "why", "terms"):
        table.add_column(heading, overflow="fold")
    for r in revisions:
        terms = ", ".join(t.text for t in r.concept.terms) if r.concept else ""
        table.add_row(str(r.id), f"{r.at:%Y-%m-%d %H:%M}", r.actor, r.action, r.reason or "", terms)
    out.print(table)


@app.command()
def restore(
    concept_id: ConceptIdArgument,
    revision: Annotated[int, typer.Argument(help="Number of a revision, as history prints it")],
    version: VersionOption = None,
    reason: ReasonOption = None,
) -> None:
    """Make a concept what it was after a revision, also where it has been deleted since."""
    with Application(Settings()).sessions.begin() as session:
        stored = restore_concept(session, concept_id, revision, change(reason), version)
    out.print(f"{concept_id}: version {stored.version} is revision {revision} again", markup=False)


@collections.command("list")
def list_all(as_json: JsonFlag = False) -> None:
    """Every collection, the highest precedence first."""
    with Application(Settings()).sessions() as session:
        found = list_collections(session)
    if as_json:
        print_json([
            {"id": c.id, "title": c.title, "kind": c.kind.value, "precedence": c.precedence, "concepts": c.concepts} for c in found
        ])  # fmt: skip
        return
    table = Table()
    for heading in ("id", "kind", "precedence", "concepts", "title"):
        table.add_column(heading, overflow="fold")
    for c in found:
        table.add_row(c.id, c.kind.value, str(c.precedence), str(c.concepts), c.title)
    out.print(table)


@collections.command("add")
def add_collection(
    collection_id: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens")],
    title: Annotated[str, typer.Option(help="What people call it")] = "",
    kind: Annotated[CollectionKind, typer.Option(help="What its concepts are for")] = CollectionKind.TERMS,
    precedence: Annotated[int | None, typer.Option(help="Higher wins; before all others where left out")] = None,
) -> None:
    """Make an empty collection."""
    with Application(Settings()).sessions.begin() as session:
        made = create_collection(session, collection_id, title or collection_id, change(None), kind=kind, precedence=precedence)
    out.print(f"{made.id}: made, precedence {made.precedence}", markup=False)


@collections.command("delete")
def remove_collection(collection_id: Annotated[str, typer.Argument(help="Id of an empty collection")]) -> None:
    """Delete an empty collection."""
    with Application(Settings()).sessions.begin() as session:
        delete_collection(session, collection_id, change(None))
    out.print(f"{collection_id}: deleted", markup=False)


def _read_object(file: str, settings: Settings) -> dict[str, Any]:
    try:
        data = json.loads(read_input(file, settings.max_upload_bytes))
    except ValueError as exc:
        raise UsageProblem(f"{file} is not JSON: {exc}") from exc
    if not isinstance(data, dict):
        raise UsageProblem(f"{file} must hold one JSON object, a concept")
    return data
