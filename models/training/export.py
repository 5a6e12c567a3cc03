"""From trained weights to a standard Marian checkpoint in half precision, with its CTranslate2 twin."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from transformers import GenerationConfig, MarianTokenizer
from transformers.utils import logging

from models.installing import convert_checkpoint
from models.training.config import Config
from models.training.errors import EnginesDiffer
from models.training.network import start_embedding
from models.training.tokenizer import FILES, Pieces

_LONGEST = 256


def export_checkpoint(model: Any, pieces: Pieces, tokenizer: Path, config: Config, directory: Path) -> None:
    """Write ``directory`` anew, whole or not at all. The model is in half precision afterwards.

    Raises:
        EnginesDiffer: the two engines would not start from the same embedding.
        ModelFileError: CTranslate2 cannot convert it.
    """
    if start_embedding(model).any():
        raise EnginesDiffer("the embedding that decoding starts from is not zero: CTranslate2, which starts from zeros, would differ")
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _write_tokenizer(tokenizer, config, partial)
    if config.model.init is None:
        model.generation_config = GenerationConfig(
            num_beams=4, max_length=_LONGEST, pad_token_id=pieces.pad, eos_token_id=pieces.end, bos_token_id=pieces.end,
            decoder_start_token_id=pieces.pad, forced_eos_token_id=pieces.end, bad_words_ids=[[pieces.pad]],
        )  # fmt: skip
    logging.disable_progress_bar()
    model.cpu().half().save_pretrained(partial)
    convert_checkpoint(partial, "int8")
    shutil.rmtree(directory, ignore_errors=True)
    partial.replace(directory)


def _write_tokenizer(tokenizer: Path, config: Config, directory: Path) -> None:
    for path in tokenizer.iterdir():
        shutil.copyfile(path, directory / path.name)
    if (tokenizer / "tokenizer_config.json").is_file():
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a package for the punctuation of European languages, which is not used
        made = MarianTokenizer(
            *(str(tokenizer / name) for name in FILES), source_lang=config.source, target_lang=config.target,
            unk_token="<unk>", eos_token="</s>", pad_token="<pad>", model_max_length=512,  # noqa: S106 - names of pieces
        )  # fmt: skip
    made.save_pretrained(str(directory))
