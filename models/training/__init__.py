"""The training recipe: corpus, tokenizer, word alignment, training, export. ``docs/training.md`` tells how to run it.

Only ``network``, ``optimizer``, ``state``, ``trainer`` and ``export`` need PyTorch; they are imported when training begins.
"""
