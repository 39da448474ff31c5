from workbench.wordwise import Phrase, Stretch, differences, shared_phrases


def test_differences_stand_in_reading_order_with_their_side():
    found = differences("The cat sat here.", "The dog sat here, too.")
    assert found == (
        Stretch("both", "The ", 1),
        Stretch("first", "cat", 1),
        Stretch("second", "dog", 1),
        Stretch("both", " sat here", 2),
        Stretch("second", ", too", 1),
        Stretch("both", ".", 0),
    )


def test_both_texts_can_be_read_back_from_their_differences():
    first, second = "Ja,  das\n\tist 東京!", "Nein, das ist 東都."
    found = differences(first, second)
    assert "".join(s.text for s in found if s.side != "second") == first
    assert "".join(s.text for s in found if s.side != "first") == second


def test_equal_texts_are_one_stretch():
    assert differences("Same words.", "Same words.") == (Stretch("both", "Same words.", 2),)


def test_phrases_are_as_long_as_they_are_shared_and_counted_among_others():
    found = shared_phrases(
        ["It was a dark and stormy night in May."],
        ["Well: it was a dark, and stormy NIGHT.", "It was a dark room."],
        [["A dark and stormy night, it was a dark"], ["it was a dark and stormy night"]],
    )
    assert found == (Phrase("it was a dark and stormy night", 7, 1),)


def test_two_phrases_of_one_answer_are_both_found():
    found = shared_phrases(["a b c d x e f g h"], ["a b c d y e f g h i"])
    assert [phrase.text for phrase in found] == ["a b c d", "e f g h"]


def test_nothing_shorter_than_asked_is_a_phrase():
    assert shared_phrases(["a b c d"], ["a b c x"]) == ()
    assert [p.text for p in shared_phrases(["a b c d"], ["a b c x"], fewest=3)] == ["a b c"]


def test_scripts_without_spaces_share_phrases_of_characters():
    assert [p.words for p in shared_phrases(["東京都庁です"], ["東京都庁だ"])] == [4]
