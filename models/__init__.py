"""Machine translation: engines, checkpoints and their catalogue. Knows nothing of ``service`` or ``glossary``.

A *model* here is a translation model.
"""
