"""Every interchange format by its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from glossary.interchange.base import InterchangeError, InterchangeOptions, Reader, Writer
from glossary.interchange.dialects import (
    read_deepl_csv,
    read_omegat,
    read_two_column_csv,
    read_two_column_tsv,
    write_deepl_csv,
    write_omegat,
    write_two_column_csv,
    write_two_column_tsv,
)  # fmt: skip
from glossary.interchange.full_csv import read_full_csv, read_full_tsv, write_full_csv, write_full_tsv
from glossary.interchange.language_columns import (
    read_language_columns_csv,
    read_language_columns_tsv,
    write_language_columns_csv,
    write_language_columns_tsv,
)  # fmt: skip
from glossary.interchange.sniffing import HEAD_BYTES, sniff
from glossary.interchange.tbx_read import read_tbx
from glossary.interchange.tbx_write import write_tbx
from glossary.interchange.tmx import read_tmx, write_tmx
from glossary.interchange.utx import read_utx, write_utx
from glossary.interchange.weblate import read_weblate_csv, write_weblate_csv
from glossary.interchange.xlsx import read_xlsx, write_xlsx

_CSV, _TSV = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"


@dataclass(frozen=True, slots=True)
class InterchangeFormat:
    """A format with its reader and writer. ``title`` says whose it is."""

    name: str
    title: str
    suffix: str
    media_type: str
    read: Reader
    write: Writer


FORMATS: dict[str, InterchangeFormat] = {
    f.name: f
    for f in (
        InterchangeFormat("meiyaku-csv", "Our full form, one row a term", ".csv", _CSV, read_full_csv, write_full_csv),
        InterchangeFormat("meiyaku-tsv", "Our full form, tab-separated", ".tsv", _TSV, read_full_tsv, write_full_tsv),
        InterchangeFormat("tbx", "TBX: v2, v3 DCA and DCT in; TBX-Basic v3 DCA out", ".tbx", "application/x-tbx+xml", read_tbx, write_tbx),
        InterchangeFormat("tmx", "TMX 1.4b, one unit a pair of terms", ".tmx", "application/x-tmx+xml", read_tmx, write_tmx),
        InterchangeFormat("utx", "UTX 1.20", ".utx", _TSV, read_utx, write_utx),
        InterchangeFormat(
            "xlsx", "Excel workbook, our full form",
            ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", read_xlsx, write_xlsx,
        ),
        InterchangeFormat("deepl-csv", "DeepL glossary", ".csv", _CSV, read_deepl_csv, write_deepl_csv),
        InterchangeFormat("language-columns-csv", "Google and AWS: a column a language", ".csv", _CSV,
                          read_language_columns_csv, write_language_columns_csv),
        InterchangeFormat("language-columns-tsv", "Google and AWS, tab-separated", ".tsv", _TSV,
                          read_language_columns_tsv, write_language_columns_tsv),
        InterchangeFormat("two-column-csv", "Source and target without a header", ".csv", _CSV, read_two_column_csv, write_two_column_csv),
        InterchangeFormat("two-column-tsv", "Source and target, tab-separated", ".tsv", _TSV, read_two_column_tsv, write_two_column_tsv),
        InterchangeFormat("omegat", "OmegaT: source, target, comment", ".txt", _TSV, read_omegat, write_omegat),
        InterchangeFormat("weblate-csv", "Weblate glossary", ".csv", _CSV, read_weblate_csv, write_weblate_csv),
    )
}  # fmt: skip


def format_named(name: str) -> InterchangeFormat:
    """A format by its name. Raises InterchangeError, naming those that there are."""
    found = FORMATS.get(name)
    if found is None:
        raise InterchangeError(f"unknown terminology format {name!r}; there are {', '.join(FORMATS)}")
    return found


def detect(stream: BinaryIO, name: str, options: InterchangeOptions) -> tuple[InterchangeFormat, InterchangeOptions]:
    """The format of a file that can be rewound, and the options with its encoding. Raises InterchangeError."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    sniffed = sniff(head, name, options)
    return format_named(sniffed.format), replace(options, encoding=options.encoding or sniffed.encoding)
