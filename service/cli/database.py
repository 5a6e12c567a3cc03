"""``meiyaku db``."""

from __future__ import annotations

import typer

from service.cli.console import out
from service.settings import Settings
from service.wiring import Application

app = typer.Typer(no_args_is_help=True, help="The database.", rich_markup_mode=None)


@app.command()
def upgrade() -> None:
    """Bring the schema and the curated terms up to date (every command does this by itself when it starts)."""
    application = Application(Settings())
    glossary = application.glossary()
    url = application.database.url.render_as_string(hide_password=True)
    out.print(f"{url}: glossary revision {glossary.revision}, {len(glossary.concepts)} concepts")


@app.callback()
def _group() -> None:
    """Keep ``db`` a group while it has one command."""
