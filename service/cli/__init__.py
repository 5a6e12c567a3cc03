"""The command line. Exit codes: 0 done, 1 done but with unmet terms or other findings under ``--strict``, 2 usage or bad input."""

from __future__ import annotations

import sys

import typer

from service.cli import batch, database, evaluate, exchange, models, serve, termbase, terms, translate
from service.cli.errors import EXPECTED, one_line

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Translation of Japanese-English foreign-policy text with enforced, verified and reported terminology.",
)  # fmt: skip
app.command("translate")(translate.translate)
app.command("batch")(batch.batch)
for commands in (termbase.app, exchange.app):  # of the same group
    terms.app.add_typer(commands)
app.add_typer(terms.app, name="terms")
app.add_typer(models.app, name="models")
app.add_typer(database.app, name="db")
app.command("evaluate")(evaluate.evaluate)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)


def main() -> None:
    """Run a command; an expected error is one line on standard error and exit code 2."""
    try:
        app()
    except EXPECTED as exc:
        print(f"meiyaku: {one_line(exc)}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("meiyaku: interrupted", file=sys.stderr)
        raise SystemExit(130) from None
