import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import PreTrainedTokenizerFast

from tests.tiny import tiny_tokenizer
from workbench.backends.positions import kept_positions
from workbench.backends.spelling import TRIED, UnspelledError, spelled, token_ends

BYTE_LEVEL = tiny_tokenizer()


def sentence_piece():
    """A tokenizer as Llama's: pieces with ▁ for a space, single bytes for all else."""
    pieces = ["<unk>", "<s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "t", "h", "e", "▁t"]
    tokenizer = Tokenizer(
        models.BPE(
            vocab={piece: number for number, piece in enumerate(pieces)},
            merges=[("▁", "t")],
            byte_fallback=True,
            unk_token="<unk>",
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>")


def test_pieces_and_single_bytes_are_spelled():
    tokenizer = sentence_piece()
    vocabulary = spelled(tokenizer, len(tokenizer))
    assert vocabulary.tokens[tokenizer.convert_tokens_to_ids("▁t")] == b" t"
    assert vocabulary.tokens[tokenizer.convert_tokens_to_ids("<0x0A>")] == b"\n"
    ids = tokenizer("the é").input_ids
    assert token_ends(vocabulary, ids, "the é")[-1] == len("the é".encode())


def test_every_byte_level_token_is_spelled():
    vocabulary = spelled(BYTE_LEVEL, len(BYTE_LEVEL))
    ids = BYTE_LEVEL("The old town").input_ids
    assert b"".join(vocabulary.tokens[i] for i in ids) == b"The old town"
    assert {bytes([byte]) for byte in range(256)} <= set(vocabulary.tokens)


def test_special_tokens_and_spare_outputs_write_nothing():
    vocabulary = spelled(BYTE_LEVEL, len(BYTE_LEVEL) + 7)
    assert vocabulary.tokens[BYTE_LEVEL.convert_tokens_to_ids("</s>")] is None
    assert vocabulary.tokens[-7:] == (None,) * 7
    assert len(vocabulary.tokens) == len(BYTE_LEVEL) + 7


def test_an_added_word_is_spelled_as_its_text():
    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens(["漢字"])
    assert spelled(tokenizer, len(tokenizer)).tokens[-1] == "漢字".encode()


def test_a_tokenizer_that_changes_the_text_has_no_spelling():
    tokenizer = tiny_tokenizer()
    tokenizer.backend_tokenizer.normalizer = normalizers.Lowercase()
    with pytest.raises(UnspelledError, match="not the text"):
        spelled(tokenizer, len(tokenizer))


def test_a_decoder_that_is_not_known_has_no_spelling():
    tokenizer = tiny_tokenizer()
    tokenizer.backend_tokenizer.decoder = decoders.WordPiece()
    with pytest.raises(UnspelledError, match="not known here"):
        spelled(tokenizer, len(tokenizer))


def test_a_tokenizer_that_shows_nothing_has_no_spelling():
    with pytest.raises(UnspelledError, match="no description"):
        spelled(object(), 5)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40))
def test_ends_of_tokens_cover_any_text_to_its_last_byte(text):
    vocabulary = spelled(BYTE_LEVEL, len(BYTE_LEVEL))
    ends = token_ends(vocabulary, BYTE_LEVEL(text).input_ids, text)
    assert ends is not None
    assert ends == sorted(ends)
    assert (ends[-1] if ends else 0) == len(text.encode())


def test_a_space_written_before_the_text_is_not_counted():
    vocabulary = spelled(BYTE_LEVEL, len(BYTE_LEVEL))
    ids = BYTE_LEVEL(" The").input_ids
    assert token_ends(vocabulary, ids, "The")[-1] == 3


def test_tokens_of_another_text_have_no_ends():
    vocabulary = spelled(BYTE_LEVEL, len(BYTE_LEVEL))
    assert token_ends(vocabulary, BYTE_LEVEL("The").input_ids, "Teh") is None


def test_what_is_tried_holds_several_scripts_and_no_unfit_text():
    assert len({sign for text in TRIED for sign in text}) > 80


# --- positions --------------------------------------------------------------------------------


def test_two_tokenizers_are_read_at_the_same_places():
    text = " ".join(f"word{n}" for n in range(60))
    fine = list(range(1, len(text) + 1))
    coarse = [place for place in fine if text[place : place + 1] in {" ", ""}]
    places = [[ends[i] for i in kept_positions("passage", text, ends)] for ends in (fine, coarse)]
    assert places[0] == places[1]
    assert len(places[0]) == 24


def test_a_place_that_one_tokenizer_does_not_cut_at_is_left_out_and_no_other_moves():
    text = " ".join(f"word{n}" for n in range(30))
    fine = list(range(1, len(text) + 1))
    whole = [fine[i] for i in kept_positions("passage", text, fine)]
    without = [end for end in fine if end != whole[3]]
    assert [without[i] for i in kept_positions("passage", text, without)] == [
        *whole[:3],
        *whole[4:],
    ]


def test_a_character_cut_into_bytes_counts_where_it_is_whole():
    text = "一二三 四五六 七八九 十十十 一"
    ends = [place for place in range(1, len(text) + 1) for _ in range(3)]
    for position in kept_positions("passage", text, ends):
        assert ends[position + 1] > ends[position]
