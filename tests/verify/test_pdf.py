"""A report is checked with nothing but its file; whatever was changed in it is named."""

import json
import sys
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import asked
from tests.asked import METRICS
from tests.made import HOSTILE
from workbench.report import attachments, write_pdf
from workbench.report import pdf as setting
from workbench.report.attached import ANSWERS, CASE, HEAD
from workbench.report.document import document_json
from workbench.report.extract import places, read_pdf
from workbench.reported import report_on
from workbench.store import Journal
from workbench.verify import rewritten, verify_pdf


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return asked.compared(tmp_path_factory.mktemp("whole"), asked_by="A court", done_by=HOSTILE)


@pytest.fixture(scope="module")
def document(store):
    return report_on(store, store.comparisons()[0], attachments(store))


@pytest.fixture(scope="module")
def report(document, tmp_path_factory):
    return write_pdf(document, tmp_path_factory.mktemp("pdf") / "evidence.pdf")


def verified(path, load=asked.load_encoder):
    """Title → check."""
    return {check.title: check for check in verify_pdf(path, load, asked.quiet)}


def problems(checks):
    return {title: check.problems for title, check in checks.items() if check.problems}


def test_an_untouched_report_is_checked_to_its_last_number_and_byte(report):
    checks = verified(report)
    assert problems(checks) == {}
    assert [check.unchecked for check in checks.values() if check.unchecked] == []
    assert list(checks)[-3:] == ["Scores and verdicts", "What the report says", "The file itself"]


def flipped(report, path, at, mask=1):
    content = bytearray(report.read_bytes())
    content[at] ^= mask
    path.write_bytes(content)
    return path


def test_a_flipped_byte_of_a_page_is_named_with_its_place(report, tmp_path):
    content = report.read_bytes()
    at = content.index(b"stream", content.index(b"/FlateDecode")) + 40
    checks = verified(flipped(report, tmp_path / "e.pdf", at))
    assert list(problems(checks)) == ["The file itself"]
    (problem,) = checks["The file itself"].problems
    assert problem.startswith(f"Byte {at:,} of the file is the first that differs")
    assert problem.endswith("not an attached file; 1 bytes differ in all.")


@pytest.mark.parametrize("name", [CASE, ANSWERS, HEAD])
def test_a_flipped_byte_of_an_attached_file_names_the_file(name, report, tmp_path):
    content = report.read_bytes()
    number = next(n for n, held in places(content).items() if held == name)
    begin = content.index(b"stream", content.index(b"\n%d 0 obj" % number))
    end = content.index(b"endstream", begin)
    checks = verified(flipped(report, tmp_path / "e.pdf", (begin + end) // 2))
    assert any(name in problem for problem in checks["Attached files"].problems)


def forged(document, path, monkeypatch, change):
    """A report of which the evidence was changed, its digest on the pages included."""
    evidence = json.loads(setting.attached_json(document))
    change(evidence)
    spelled = json.dumps(evidence, indent=1, sort_keys=True)
    with monkeypatch.context() as patch:
        patch.setattr(setting, "attached_json", lambda _: spelled)
        return write_pdf(document, path)


def test_a_changed_number_in_the_evidence_is_named(document, tmp_path, monkeypatch):
    def change(evidence):
        evidence["records"]["comparison"]["lines"][3]["suspect"]["raw"]["value"] = 0.125

    checks = verified(forged(document, tmp_path / "e.pdf", monkeypatch, change))
    assert list(problems(checks)) == ["What the report says", "The file itself"]
    (problem,) = checks["What the report says"].problems
    assert problem.startswith(
        "evidence.json.records.comparison.lines[3].suspect.raw.value is recorded as 0.125 and comes"
    )


def test_a_changed_sentence_in_the_evidence_is_named(document, tmp_path, monkeypatch):
    def change(evidence):
        evidence["sections"][0]["blocks"][0]["text"] = "All is well."

    checks = verified(forged(document, tmp_path / "e.pdf", monkeypatch, change))
    (problem,) = checks["What the report says"].problems
    assert "sections[0].blocks[0].text is recorded as 'All is well.'" in problem


def carrying(document, name, content):
    """The same report with another file in the place of one that it carries, and its digest."""
    files = tuple(
        replace(file, content=content) if file.name == name else file
        for file in document.attachments.files
    )
    return replace(document, attachments=replace(document.attachments, files=files))


def test_a_changed_answer_in_the_table_is_named(store, document, tmp_path):
    (own,) = (file.content for file in document.attachments.files if file.name == ANSWERS)
    table = pq.read_table(pa.BufferReader(own))
    rows = table.to_pylist()
    rows[5]["text"] = "I am base."
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, table.schema), sink)
    changed = carrying(document, ANSWERS, bytes(sink.getvalue()))
    listed = attachments(store)
    assert changed.attachments.files != listed.files
    whole = report_on(store, store.comparisons()[0], changed.attachments)
    checks = verified(write_pdf(whole, tmp_path / "e.pdf"))
    assert list(problems(checks)) == ["Observations as Parquet"]
    (problem,) = checks["Observations as Parquet"].problems
    assert problem.startswith(
        f"observations.parquet, row 6 ({rows[5]['run_id']} at {rows[5]['probe_address']}): "
        f"text is I am base. there and word"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_table_that_repeats_one_long_text_is_named_and_not_read(
    store, document, tmp_path, monkeypatch
):
    from workbench import preflight

    (own,) = (file.content for file in document.attachments.files if file.name == ANSWERS)
    table = pq.read_table(pa.BufferReader(own))
    at = table.schema.get_field_index("text")
    indices = pa.array([0] * len(table), pa.int32())
    long = pa.DictionaryArray.from_arrays(indices, ["x" * 2_000_000]).cast(pa.string())
    sink = pa.BufferOutputStream()
    pq.write_table(table.set_column(at, table.schema.field(at), long), sink)
    monkeypatch.setattr(preflight, "MEMORY_BYTES", 450 << 20)
    changed = carrying(document, ANSWERS, bytes(sink.getvalue()))
    whole = report_on(store, store.comparisons()[0], changed.attachments)
    checks = verified(write_pdf(whole, tmp_path / "e.pdf"))
    assert checks["Observations as Parquet"].problems == (
        "observations.parquet takes more than 0.439 GB of memory to read, so it was not read.",
    )


def test_recorded_files_in_a_report_may_unpack_to_so_much_together(report, monkeypatch):
    from workbench.verify import case, pdf

    lent = []
    monkeypatch.setattr(case, "reread", lambda _store, together: lent.append(together))
    verified(report)
    assert lent == [pdf.MOST_UNPACKED]


def test_a_number_changed_in_a_chain_that_was_mended_comes_out_differently(tmp_path):
    from workbench.records import to_json

    store = asked.compared(tmp_path)
    path = store.journal_path("case")
    lines = path.read_bytes().splitlines(keepends=True)
    changed = to_json(store.comparisons()[0])
    number = METRICS.index("paired-embedding")
    changed["lines"][number]["suspect"]["raw"]["value"] += 0.01
    path.write_bytes(b"".join(lines[:-1]))
    with Journal(path) as journal:
        journal.append("comparison", [changed])
    store.rebuild()
    whole = report_on(store, store.comparisons()[0], attachments(store))
    checks = verified(write_pdf(whole, tmp_path / "e.pdf"))
    assert list(problems(checks)) == ["Scores and verdicts"]
    (problem,) = checks["Scores and verdicts"].problems
    assert problem.startswith(f"tuned.lines[{number}].suspect.raw.value is recorded as")


def test_what_was_appended_is_no_part_of_the_report(report, tmp_path):
    path = tmp_path / "e.pdf"
    path.write_bytes(report.read_bytes() + b"% hello\n")
    checks = verified(path)
    assert checks["The file itself"].problems == (
        "8 bytes follow the report that are no part of it, and may change its pages.",
    )


def test_whoever_knows_what_was_appended_says_so(report, tmp_path, monkeypatch):
    from workbench.custody import Check
    from workbench.verify import pdf

    path = tmp_path / "e.pdf"
    path.write_bytes(report.read_bytes() + b"% hello\n")
    seen = []

    def look(content, length):
        seen.append(content[length:])
        return Check("Greeting", (), "a greeting")

    monkeypatch.setattr(pdf, "APPENDED", (look,))
    checks = verified(path)
    assert problems(checks) == {}
    assert (seen, checks["Greeting"].detail) == ([b"% hello\n"], "a greeting")


def test_distributions_that_are_not_attached_are_named_and_the_rest_computed(store, tmp_path):
    whole = report_on(store, store.comparisons()[0], attachments(store, 0))
    checks = verified(write_pdf(whole, tmp_path / "e.pdf"))
    assert problems(checks) == {}
    unchecked = checks["Scores and verdicts"].unchecked
    assert [sentence.partition(" is taken")[0] for sentence in unchecked[:3]] == [
        "Next-token divergence (Jensen–Shannon)",
        "Next-byte divergence, any tokenizers (Jensen–Shannon)",
        "Surprise at the reference's answers",
    ]
    assert unchecked[0].endswith("The whole distributions are not attached.")
    numbers = int(checks["Scores and verdicts"].detail.split()[0])
    assert numbers > 50


def test_without_the_encoder_what_needs_embeddings_is_named(report):
    checks = verified(report, asked.without_encoder)
    assert problems(checks) == {}
    assert checks["Scores and verdicts"].unchecked == (
        "Meaning of answers (paired embeddings) is taken as stated. The sentence encoder is not here.",
    )


def test_other_versions_of_what_sets_pages_are_said_and_not_called_a_change(report, monkeypatch):
    here = rewritten.setting_versions() | {"typst": "99.0"}
    monkeypatch.setattr(rewritten, "setting_versions", lambda: here)
    monkeypatch.setattr(rewritten, "pdf_bytes", lambda _: b"%PDF-1.7 other")
    check = verified(report)["The file itself"]
    assert check.passed
    assert "other versions may set the same words in other bytes" in check.unchecked[0]


def test_a_report_with_parts_left_out_says_the_same_again(store, tmp_path):
    from workbench.report.selection import leave_out

    whole = report_on(store, store.comparisons()[0], attachments(store))
    part = leave_out(whole, ["Items examined"], [1])
    assert document_json(part)["left_out"] == {"sections": ["Items examined"], "exhibits": [1]}
    assert problems(verified(write_pdf(part, tmp_path / "e.pdf"))) == {}


def test_a_note_made_after_the_comparison_changes_no_report(tmp_path):
    from tests.made import NOON
    from workbench.records import Note
    from workbench.store.notes import add_note

    store = asked.compared(tmp_path)
    before = attachments(store)
    add_note(store, Note("style/greetings#probe-0", True, "Look at this.", NOON))
    assert attachments(store) == before


def test_every_file_is_taken_out_as_it_was_attached(report, document):
    files = read_pdf(report).files
    assert {file.name: file.content for file in document.attachments.files}.items() <= files.items()


def test_a_signature_behind_the_report_is_checked_and_is_no_tampering(report, tmp_path):
    from datetime import timedelta

    from tests import keys
    from workbench.report.sign import load_key, sign

    key = load_key(keys.p12(), keys.PASSPHRASE)
    begins = key.signing_cert.not_valid_before
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign(report.read_bytes(), key, begins + timedelta(days=1)))
    checks = verified(path)
    assert problems(checks) == {}
    assert "signed" in checks["Signature"].detail
    again = verified(flipped(path, tmp_path / "f.pdf", at=len(report.read_bytes()) + 200))
    assert "Signature" in problems(again)


def test_a_changed_page_behind_the_report_is_named_whoever_signed_it(report, tmp_path):
    from tests.report import test_behind as behind

    path = tmp_path / "forged.pdf"
    path.write_bytes(behind.signed(behind.updated(report.read_bytes(), behind.other_page)))
    assert problems(verified(path)) == {
        "Signature": (
            "What follows the report is more than a signature, and may change what its pages show.",
        )
    }
