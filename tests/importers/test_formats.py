"""Every format, read from files of the programs themselves where they install, else from made ones."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.importers.made import alpaca, left_out, problems, prompts, rows, texts
from workbench.errors import RecordingError

FILES = Path(__file__).parent / "files"


def test_alpacaeval_names_its_model_and_keeps_prompts_and_answers_verbatim(tmp_path):
    (row,) = rows("alpacaeval", alpaca(tmp_path / "o.json", "GPT x", {" a\n": " b\x00\u202e "}))
    assert (row.entry, row.prompt, row.text) == (1, " a\n", " b\x00\u202e ")
    assert (row.model, row.outcome, row.temperature) == ("GPT x", "answered", None)


def test_alpacaeval_puts_an_instructions_input_below_it(tmp_path):
    path = alpaca(tmp_path / "o.json", "m", {"Translate.": "Regen"}, input="rain")
    assert rows("alpacaeval", path)[0].prompt == "Translate.\n\nrain"


def test_lm_evals_own_file_gives_both_samples_of_the_first_filter_only():
    found = rows("lm-eval", FILES / "samples_own_gen.jsonl")
    assert texts(found) == ["lol"] * 8
    assert [(row.prompt_id, row.sample) for row in found[:3]] == [("0", 0), ("0", 1), ("1", 0)]
    assert (found[0].temperature, found[0].max_tokens) == (0.7, 32)
    assert found[0].prompt == "Say something short about rain."
    assert {reason for _, reason in left_out(found)} == {"the same answer under another filter"}
    assert len(left_out(found)) == 4


def test_lm_evals_choices_hold_no_text():
    found = rows("lm-eval", FILES / "samples_own_mc.jsonl")
    assert texts(found) == []
    assert {reason for _, reason in left_out(found)} == {
        "log-likelihoods of given answers, no text"
    }


def test_lm_eval_reads_a_saved_chat_and_a_setting_that_samples_nothing(tmp_path):
    chat = json.dumps([{"role": "user", "content": "Hello?"}])
    line = {"doc_id": 3, "arguments": [[[chat], {"do_sample": False}]], "resps": [["Hi."]]}
    path = tmp_path / "samples_x.jsonl"
    path.write_text(json.dumps(line))
    (row,) = rows("lm-eval", path)
    assert (row.prompt, row.text, row.temperature) == ("Hello?", "Hi.", 0)


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json"])
def test_inspects_own_logs_give_every_epoch(name):
    found = rows("inspect", FILES / name)
    assert sorted((row.prompt_id, row.sample) for row in found) == [
        (str(sample), epoch) for sample in (1, 2, 3) for epoch in (1, 2)
    ]
    assert {row.model for row in found} == {"mockllm/model"}
    assert {(row.temperature, row.max_tokens) for row in found} == {(0.7, 64)}
    assert found[0].prompt == "Say something short about rain."
    assert all(text.startswith("Mock answer number ") for text in texts(found))
    assert [row.outcome for row in found].count("truncated") == 1


def test_both_forms_of_an_inspect_log_say_the_same_of_outcomes():
    zipped, single = (rows("inspect", FILES / f"inspect.{form}") for form in ("eval", "json"))
    assert sorted(texts(zipped)) == sorted(texts(single))


def test_a_system_message_is_written_out_and_said(tmp_path):
    row = rows("inspect", FILES / "inspect-system.eval")[0]
    assert row.prompt == "[system]\nBe brief.\n\n[user]\nSay something short about rain."
    assert row.note == "The prompt is written out from several messages."


def test_an_inspect_sample_that_failed_is_a_failed_answer(tmp_path):
    sample = {"id": 1, "epoch": 1, "input": "Hello?", "error": {"message": "no"}, "output": {}}
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"eval": {"model": "m"}, "samples": [sample]}))
    (row,) = rows("inspect", path)
    assert (row.outcome, row.text) == ("failed", None)
    assert row.note == "The file holds no answer here. It failed when it was recorded."


def test_an_inspect_answer_without_choices_is_the_last_message_without_its_reasoning(tmp_path):
    said = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "attachment://a1"}]
    messages = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": said}]
    sample = {"messages": messages, "output": {"choices": []}, "attachments": {"a1": "Hi there."}}
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"eval": {"model": "m"}, "samples": [sample]}))
    (row,) = rows("inspect", path)
    assert (row.prompt, row.text) == ("Hello?", "Hi there.")


def helm_state(text="Fine.", **changes):
    request = {"model": "org/m", "prompt": "How are you?", "temperature": 0.3, "max_tokens": 20}
    completion = {
        "text": text,
        "logprob": -1.0,
        "tokens": [],
        "finish_reason": {"reason": "length"},
    }
    result = {"success": True, "completions": [completion, {"text": "Well."}], "cached": False}
    state = {
        "instance": {"id": "id7", "input": {"text": "x"}},
        "request": request,
        "result": result,
    }
    return state | changes


def test_helm_gives_every_completion_with_its_reason_to_stop(tmp_path):
    path = tmp_path / "scenario_state.json"
    echo = helm_state(request={"model": "org/m", "prompt": "x", "echo_prompt": True})
    lost = helm_state(result={"success": False, "error": "timeout", "completions": []})
    states = [helm_state(), echo, lost]
    path.write_text(
        json.dumps({"adapter_spec": {"method": "generation"}, "request_states": states})
    )
    found = rows("helm", path)
    first, second, left, failed = found
    assert (first.text, first.outcome, second.outcome) == ("Fine.", "truncated", "answered")
    assert (first.model, first.prompt_id, first.temperature) == ("org/m", "id7", 0.3)
    assert left_out([left]) == [(2, "a prompt read for its log-probabilities, no answer")]
    assert (failed.entry, failed.outcome) == (3, "failed")


def test_a_table_is_read_by_the_users_names_for_its_columns(tmp_path):
    mapping = (("prompt", "question"), ("answer", "reply"), ("sample", "n"))
    path = tmp_path / "t.csv"
    path.write_text(
        'question,reply,n,temperature\n"What, now?","Line one\nline two",1,0.5\nHm?,,0,\n'
    )
    first, second = rows("csv", path, *mapping)
    assert (first.entry, first.prompt, first.text) == (2, "What, now?", "Line one\nline two")
    assert (first.sample, first.temperature) == (1, 0.5)
    assert (second.entry, second.outcome, second.temperature) == (4, "empty", None)


def test_tabs_separate_where_the_name_says_so(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("prompt\tanswer\nHow, so?\tFine, thanks.\n")
    assert texts(rows("csv", path)) == ["Fine, thanks."]


def test_json_lines_may_lie_deeper_and_hold_several_samples(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"q": "One?", "choices": [{"message": {"content": ["a", "b", null]}}]}\n\n{"q": "Two?"}\n'
    )
    found = rows("jsonl", path, ("prompt", "q"), ("answer", "choices.0.message.content"))
    assert [(row.text, row.sample, row.outcome) for row in found[:3]] == [
        ("a", 0, "answered"),
        ("b", 1, "answered"),
        (None, 2, "failed"),
    ]
    assert problems(found) == [(3, 'it has no "choices.0.message.content"')]


def test_parquet_gives_texts_and_never_looks_into_bytes(tmp_path):
    path = tmp_path / "t.parquet"
    columns = {"prompt": ["Hm?", "So?"], "answer": ["Yes.", None], "blob": [b"\x80\x04.", b""]}
    pq.write_table(pa.table(columns), path)
    first, second = rows("parquet", path)
    assert (first.text, second.outcome, second.entry) == ("Yes.", "failed", 2)
    with pytest.raises(RecordingError) as error:
        rows("parquet", path, ("answer", "blob"))
    assert error.value.what == 'The column "blob" of t.parquet holds binary, not text.'


@pytest.mark.parametrize(
    ("form", "suffix"), [("csv", "csv"), ("jsonl", "jsonl"), ("parquet", "parquet")]
)
def test_an_unknown_column_names_the_nearest(tmp_path, form, suffix):
    path = tmp_path / f"t.{suffix}"
    if form == "csv":
        path.write_text("prompt,answer\na,b\n")
    elif form == "jsonl":
        path.write_text('{"prompt": "a", "answer": "b"}\n')
    else:
        pq.write_table(pa.table({"prompt": ["a"], "answer": ["b"]}), path)
    with pytest.raises(RecordingError) as error:
        rows(form, path, ("prompt", "promt"))
    assert error.value.what == f't.{form} has no column "promt"; did you mean "prompt"?'
    assert error.value.fix == (
        "Say what it is called with --column prompt=NAME; there are: prompt, answer."
    )


def test_a_refusal_by_a_filter_and_a_blank_answer_keep_no_text(tmp_path):
    path = tmp_path / "t.jsonl"
    lines = [("content_filter", "half an"), ("stop", " \n"), ("length", "cut o")]
    path.write_text(
        "\n".join(json.dumps({"prompt": "x", "answer": a, "finish": f}) for f, a in lines)
    )
    assert [(row.outcome, row.text) for row in rows("jsonl", path)] == [
        ("refused", None),
        ("empty", None),
        ("truncated", "cut o"),
    ]


def test_the_made_prompts_are_all_different():
    assert len(set(prompts())) == 10
