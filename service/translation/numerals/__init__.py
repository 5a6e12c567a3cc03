"""Quantities of a text and its translation: found, compared by value however they are written, and written again.

``parse`` finds them, ``compare`` tells which have no counterpart, ``render`` writes one in a language.
A language is an entry in ``compare.PARSERS``, one in ``render.WRITERS`` and its names of currencies in ``currencies``; a language
without an entry has its digits compared.
"""
