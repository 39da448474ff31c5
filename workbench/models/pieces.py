"""A list of scored pieces, as SentencePiece and llama2.c keep them → a byte-pair tokenizer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPECIAL = ("<unk>", "<s>", "</s>")
BYTES = 256
SPACE = "\u2581"


def llama_tokenizer(
    pieces: Sequence[tuple[bytes, float]], sequence: int
) -> "PreTrainedTokenizerBase":
    """Build a tokenizer that splits text as llama2.c does.

    Merging the neighbours whose union has the best score, over and over, is byte-pair encoding
    with merges ranked by score; characters outside the vocabulary fall back to bytes.

    Args:
        pieces: Bytes and score of every token by id: unknown, begin, end, 256 bytes, then pieces.
        sequence: Longest sequence that the model was made for.

    Returns:
        A tokenizer that puts `<s>` and one space before a text.
    """
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - slow import

    names = token_names([piece for piece, _ in pieces])
    unk, bos, eos = SPECIAL
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=_engine(names, [score for _, score in pieces]),
        unk_token=unk,
        bos_token=bos,
        eos_token=eos,
        pad_token=eos,
        model_max_length=sequence,
        clean_up_tokenization_spaces=False,
    )


def token_names(pieces: Sequence[bytes]) -> list[str]:
    """Spell every piece as a tokenizer names it: specials, `<0x0A>` for bytes, ▁ for a space."""
    names = list(SPECIAL)
    names += [f"<0x{value:02X}>" for value in range(BYTES)]
    names += [
        piece.decode("utf-8", "replace").replace(" ", SPACE) for piece in pieces[len(names) :]
    ]
    return names[: len(pieces)]


def ranked_merges(names: Sequence[str], scores: Sequence[float]) -> list[tuple[str, str]]:
    """Every way to make a piece out of two others, best score of the whole piece first."""
    first = len(SPECIAL) + BYTES
    known = set(names[first:])
    ranked = sorted(range(first, len(names)), key=lambda token: (-scores[token], token))
    return [
        (name[:cut], name[cut:])
        for name in (names[token] for token in ranked)
        for cut in range(1, len(name))
        if name[:cut] in known and name[cut:] in known
    ]


def _engine(names: list[str], scores: list[float]) -> "object":
    from tokenizers import Tokenizer, decoders, models, normalizers, processors  # noqa: PLC0415

    unk, bos, _ = SPECIAL
    vocab = {name: token for token, name in enumerate(names)}
    engine = Tokenizer(
        models.BPE(
            vocab=vocab,
            merges=ranked_merges(names, scores),
            unk_token=unk,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    engine.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)]
    )
    engine.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    engine.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, vocab[bos])]
    )
    return engine
