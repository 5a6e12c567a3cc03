"""Terminology: concepts, terms and how to find them in a text. Knows nothing of ``service`` or ``models``."""
