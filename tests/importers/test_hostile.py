"""Files that are broken, or made to break their reader."""

import io
import json
import os
import sys
import tracemalloc
import zipfile as plain_zip
from pathlib import Path

import pytest

from tests.importers.made import alpaca, problems, rows, texts
from workbench.errors import RecordingError
from workbench.importers import rows as rows_module
from workbench.importers.files import check_file
from workbench.packed import ZipFile

GOOD = {"instruction": "Hello?", "output": "Hi.", "generator": "m"}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def listed(*entries):
    return f"[{', '.join(json.dumps(entry) for entry in entries)}]"


def test_a_list_that_is_cut_off_gives_what_was_whole_and_says_where_it_ends(tmp_path):
    text = listed(GOOD, GOOD, GOOD)
    found = rows("alpacaeval", write(tmp_path / "a.json", text[: len(text) - 30]))
    assert texts(found) == ["Hi.", "Hi."]
    assert problems(found) == [(3, "it ends in the middle; nothing after it could be read")]


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ("]", None),
        ("", "the file ends in the middle; nothing after it could be read"),
        ("] [1]", "something follows the end of the list; nothing after it could be read"),
        (" 5]", '"," is missing; nothing after it could be read'),
        (", tru]", "it is no JSON (expecting value); nothing after it could be read"),
        (", [1 2]]", "it is no JSON (expecting ',' delimiter); nothing after it could be read"),
    ],
)  # fmt: skip
def test_what_follows_a_sound_entry_is_said_in_words(tmp_path, tail, words):
    found = rows("alpacaeval", write(tmp_path / "a.json", f"[{json.dumps(GOOD)}{tail}"))
    assert texts(found) == ["Hi."]
    assert problems(found) == ([] if words is None else [(2, words)])


def test_a_long_entry_is_read_whole_over_many_chunks(tmp_path, monkeypatch):
    from workbench.importers import json_text

    monkeypatch.setattr(json_text, "CHUNK", 7)
    entries = [GOOD | {"output": 'word \\ " é ' * n} for n in (1, 50, 3)]
    found = rows("alpacaeval", write(tmp_path / "a.json", json.dumps(entries)))
    assert texts(found) == [entry["output"] for entry in entries]


def test_numbers_are_not_cut_where_a_chunk_ends(tmp_path, monkeypatch):
    from workbench.importers import json_text

    for chunk in range(1, 12):
        monkeypatch.setattr(json_text, "CHUNK", chunk)
        stream = io.StringIO("[12345, 6.75e2, true, 8]")
        assert [value for _, value in json_text.entries(stream, "x")] == [12345, 675, True, 8]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(tmp_path, encoding):
    text = json.dumps([GOOD | {"output": "Grüße ☂"}], ensure_ascii=False)
    assert texts(rows("alpacaeval", write(tmp_path / "a.json", text.encode(encoding)))) == [
        "Grüße ☂"
    ]


def test_a_byte_of_another_encoding_spoils_its_own_entry_only(tmp_path):
    raw = json.dumps([GOOD, GOOD | {"output": "caf@"}, GOOD]).encode().replace(b"@", b"\xe9")
    path = write(tmp_path / "a.json", raw)
    assert problems(rows("alpacaeval", path)) == [
        (2, "its answer holds the byte 0xE9, which is no text here")
    ]
    assert texts(rows("alpacaeval", path)) == ["Hi.", "Hi."]
    assert texts(rows("alpacaeval", path, encoding="latin-1")) == ["Hi.", "café", "Hi."]


def test_half_a_surrogate_pair_is_replaced_in_an_answer_and_said(tmp_path):
    path = write(
        tmp_path / "a.json", '[{"instruction": "x", "output": "a\\ud83d", "generator": "m"}]'
    )
    (row,) = rows("alpacaeval", path)
    assert (row.text, row.note) == (
        "a\ufffd",
        "Unpaired surrogates in the answer were replaced by U+FFFD.",
    )


def test_half_a_surrogate_pair_in_a_prompt_is_a_bad_row(tmp_path):
    path = write(tmp_path / "a.json", '[{"instruction": "a\\ud83d", "output": "x"}]')
    assert problems(rows("alpacaeval", path)) == [
        (1, "its prompt holds half a surrogate pair, which no model can be asked")
    ]


def test_utf_16_that_is_cut_off_ends_in_words(tmp_path):
    text = "\n".join(json.dumps({"prompt": "x", "answer": "y"}) for _ in range(3))
    path = write(tmp_path / "a.jsonl", text.encode("utf-16")[:-1])
    (problem,) = problems(rows("jsonl", path))
    assert "utf-16" in problem[1]


def test_an_unknown_encoding_is_named(tmp_path):
    for encoding in ("utf-99", "hex"):
        with pytest.raises(RecordingError, match="There is no text encoding"):
            rows("jsonl", write(tmp_path / "a.jsonl", "{}"), encoding=encoding)


@pytest.mark.parametrize("form", ["alpacaeval", "jsonl", "helm", "inspect", "lm-eval"])
def test_deep_nesting_is_a_bad_row(tmp_path, form):
    deep = "[" * 100_000
    content = {"helm": f'{{"request_states": [{deep}', "inspect": f'{{"samples": [{deep}'}
    found = rows(form, write(tmp_path / "a.json", content.get(form, f"[{deep}")))
    assert any("nested too deeply" in reason for _, reason in problems(found))


def test_a_name_that_occurs_twice_is_a_bad_row(tmp_path):
    twice = '{"prompt": "x", "answer": "one", "answer": "two"}'
    found = rows("jsonl", write(tmp_path / "a.jsonl", f'{twice}\n{{"prompt": "x", "answer": "y"}}'))
    assert problems(found) == [(1, "a name occurs twice in it")]
    assert texts(found) == ["y"]


def test_a_member_that_occurs_twice_ends_the_reading(tmp_path):
    path = write(tmp_path / "a.json", '{"request_states": [], "request_states": []}')
    (problem,) = problems(rows("helm", path))
    assert "occurs twice" in problem[1]


def test_numbers_that_no_computer_holds_are_no_settings(tmp_path):
    line = '{"prompt": "x", "answer": "y", "temperature": 1e999, "max_tokens": null}\n'
    huge = line.replace("1e999", "9" * 10_000)
    found = rows("jsonl", write(tmp_path / "a.jsonl", line + huge))
    assert [row.temperature for row in found] == [None, None]


def test_a_row_that_is_too_long_is_passed_over(tmp_path, monkeypatch):
    from workbench.importers import json_text

    monkeypatch.setattr(json_text, "MOST_CHARACTERS", 1_000)
    long = json.dumps({"prompt": "x", "answer": "y" * 5_000})
    short = json.dumps({"prompt": "x", "answer": "y"})
    found = rows("jsonl", write(tmp_path / "a.jsonl", f"{long}\n{short}\n"))
    assert problems(found) == [(1, "it is longer than 1,000 characters")]
    assert texts(found) == ["y"]


def test_a_list_entry_without_end_is_not_held(tmp_path, monkeypatch):
    from workbench.importers import json_text

    monkeypatch.setattr(json_text, "MOST_CHARACTERS", 1_000)
    monkeypatch.setattr(json_text, "CHUNK", 100)
    path = write(tmp_path / "a.json", f'[{json.dumps(GOOD)}, "{"x" * 100_000}')
    assert problems(rows("alpacaeval", path)) == [
        (2, "it is longer than 1,000 characters; nothing after it could be read")
    ]


def test_a_cell_of_ten_million_characters_passes(tmp_path):
    path = write(tmp_path / "a.csv", f"prompt,answer\nx,{'y' * 10_000_000}\n")
    assert [len(text) for text in texts(rows("csv", path))] == [10_000_000]


def test_the_limit_of_other_readers_of_csv_stays_as_it_was(tmp_path):
    import csv

    before = csv.field_size_limit()
    rows("csv", write(tmp_path / "a.csv", "prompt,answer\nx,y\n"))
    assert csv.field_size_limit() == before


def test_broken_rows_of_csv_are_counted_one_by_one(tmp_path):
    text = 'prompt,answer\na,b\nc\nd,e,f\n"g"x,h\ni,j\nk,"never closed\n'
    found = rows("csv", write(tmp_path / "a.csv", text))
    assert texts(found) == ["b", "j"]
    assert [entry for entry, _ in problems(found)] == [3, 4, 5, 7]
    assert problems(found)[0][1] == "it has 1 cells where 2 are named"


@pytest.mark.parametrize("text", ["", "prompt,prompt\na,b\n"])
def test_csv_needs_names_that_differ(tmp_path, text):
    with pytest.raises(RecordingError, match="column"):
        rows("csv", write(tmp_path / "a.csv", text))


def sample(prompt="Hello?", text="Hi."):
    output = {
        "choices": [{"message": {"role": "assistant", "content": text}, "stop_reason": "stop"}]
    }
    return json.dumps({"id": 1, "epoch": 1, "input": prompt, "output": output}).encode()


def archive(path, members, **options):
    with plain_zip.ZipFile(path, "w", **options) as zipped:
        zipped.writestr("header.json", json.dumps({"eval": {"model": "m"}}))
        for name, content in members:
            zipped.writestr(name, content)
    return path


def test_names_that_lead_elsewhere_write_nothing(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["samples/../../../evil_epoch_1.json", "/etc/samples/x.json", "samples/1_epoch_1.json"]
    path = archive(folder / "a.eval", [(name, sample()) for name in names])
    assert texts(rows("inspect", path)) == ["Hi.", "Hi."]
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["a.eval", "in"]


def test_a_member_that_swells_is_not_unpacked(tmp_path, monkeypatch):
    swollen = b'{"input": "' + b"x" * (rows_module.MOST_CHARACTERS + 1) + b'"}'
    path = tmp_path / "bomb.eval"
    with ZipFile(path, "w", compression=93) as zipped:
        zipped.writestr("samples/1_epoch_1.json", swollen * 8)
        zipped.writestr("samples/2_epoch_1.json", sample())
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    found = rows("inspect", path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems(found) == [(1, "it is longer than 33,554,432 bytes")]
    assert texts(found) == ["Hi."]
    assert peak < 4 * rows_module.MOST_CHARACTERS


def test_an_archive_that_claims_too_much_is_refused(tmp_path, monkeypatch):
    from workbench.importers import inspect_logs

    monkeypatch.setattr(inspect_logs, "MOST_UNPACKED", 100)
    with pytest.raises(RecordingError, match="claims to unpack"):
        rows("inspect", archive(tmp_path / "a.eval", [("samples/1.json", sample())]))


def test_a_sample_that_an_archive_holds_twice_counts_once(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "a.eval", [("samples/1.json", sample())] * 2)
    found = rows("inspect", path)
    assert texts(found) == ["Hi."]
    assert problems(found) == [(2, "the archive holds this sample twice")]


def test_a_damaged_member_spoils_itself_only(tmp_path):
    path = archive(
        tmp_path / "a.eval", [("samples/1.json", sample()), ("samples/2.json", sample())]
    )
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Hello?", b"Hullo?", 1))
    found = rows("inspect", path)
    assert texts(found) == ["Hi."]
    assert "cannot be unpacked" in problems(found)[0][1]


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_an_archive_that_is_cut_off_is_refused(tmp_path, share):
    path = archive(tmp_path / "a.eval", [("samples/1.json", sample())])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(RecordingError, match="no whole ZIP archive"):
        rows("inspect", path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"{}"])
def test_what_is_no_parquet_is_refused(tmp_path, content):
    with pytest.raises(RecordingError, match="no whole Parquet file"):
        rows("parquet", write(tmp_path / "a.parquet", content))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_parquet_file_that_repeats_one_long_answer_is_read_within_a_limit(tmp_path, monkeypatch):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from workbench import preflight

    answers = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int32()), ["x" * 2_000_000])
    table = pa.table(
        {"prompt": [f"Hello {n}?" for n in range(100)], "answer": answers.cast(pa.string())}
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    assert path.stat().st_size < 200_000
    assert len(texts(rows("parquet", path))) == 100
    monkeypatch.setattr(preflight, "MEMORY_BYTES", 450 << 20)
    with pytest.raises(RecordingError) as error:
        rows("parquet", path)
    assert error.value.what == "a.parquet takes more than 0.439 GB of memory to read."
    assert error.value.fix == (
        "Do not use this file, which may be made to do that; if you trust it, split it."
    )


@pytest.mark.parametrize(("form", "text"), [("alpacaeval", "{}"), ("helm", "[]"), ("inspect", "")])
def test_another_shape_of_json_is_refused(tmp_path, form, text):
    with pytest.raises(RecordingError, match="is no JSON"):
        rows(form, write(tmp_path / "a.json", text))


def test_a_missing_list_names_the_nearest_member(tmp_path):
    with pytest.raises(RecordingError) as error:
        rows("helm", write(tmp_path / "a.json", '{"request_state": []}'))
    assert error.value.what == ('a.json has no "request_states"; did you mean "request_state"?')


def test_links_folders_and_pipes_are_refused(tmp_path):
    target = alpaca(tmp_path / "o.json", "m")
    (tmp_path / "link").symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    for name, words in (
        ("link", "is a symbolic link"),
        ("pipe", "is no file"),
        (".", "is no file"),
        ("none", "cannot be opened"),
    ):
        with pytest.raises(RecordingError, match=words):
            check_file(Path(tmp_path / name))


def test_memory_does_not_grow_with_the_file(tmp_path):
    from workbench.importers import IMPORTERS
    from workbench.records import Reading

    path = tmp_path / "long.json"
    with path.open("w") as stream:
        stream.write("[")
        for number in range(30_000):
            entry = GOOD | {"output": f"{number} " + "word " * 200}
            stream.write(("," if number else "") + json.dumps(entry))
        stream.write("]")
    assert path.stat().st_size > 30_000_000
    tracemalloc.start()
    count = sum(1 for _ in IMPORTERS["alpacaeval"].read(path, Reading("alpacaeval")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 12_000_000
