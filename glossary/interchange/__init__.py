"""Terminology in and out of other programs' files: CSV, TSV, UTX, TBX, TMX, XLSX. Pure: streams of bytes and frozen values."""
