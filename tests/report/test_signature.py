import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from tests import keys
from workbench.report.sign import load_key, sign
from workbench.report.signature import Attested, NotAttested, check_signature
from workbench.report.wording import refused_phrases

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def signed(report, key):
    return sign(report, key, NOW)


@pytest.fixture(scope="module")
def stamped(report, key):
    return sign(report, key, NOW, keys.tower())


def said(content):
    return " ".join(check_signature(content).sentences())


def flipped(content, at, bit=1):
    return content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]


def room(content):
    """Where the signature stands: its first digit, where zeros fill it up, its last."""
    begin, end = (int(n) for n in re.findall(rb"/ByteRange \[0 (\d+) (\d+)", content)[-1])
    return begin + 1, len(content[: end - 1].rstrip(b"0")), end - 2


def test_who_signed_is_said_with_the_digest_of_the_certificate(signed):
    (found,) = check_signature(signed).signatures
    assert found.signer == "Common Name: R. Okafor"
    assert found.issuer == "itself"
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found.certificate)
    assert "Signed by Common Name: R. Okafor, as the certificate has it" in said(signed)


def test_trust_in_the_certificate_is_left_to_the_reader(signed):
    assert "Whether that certificate is to be trusted is not judged here" in said(signed)


def test_whole_bytes_are_said_to_be_whole(signed):
    check = check_signature(signed)
    assert check.problems == ()
    assert check.signatures[0].covered == len(signed)
    assert f"The first {len(signed):,} bytes of the file are those that were signed." in said(
        signed
    )
    assert "Nothing was added after signing." in said(signed)


def test_a_time_by_the_signers_own_clock_is_attested_by_nobody(signed):
    (found,) = check_signature(signed).signatures
    assert found.attested == NotAttested("there is no time stamp")
    assert "by the signer's own clock; nobody attests it (there is no time stamp)." in said(signed)


def test_a_time_stamp_says_when_and_who_attests_it(stamped):
    (found,) = check_signature(stamped).signatures
    assert found.attested == Attested(keys.STATED, "Common Name: Clock Tower")
    assert (
        "The signature existed at 2026-03-05 08:30 UTC, attests Common Name: Clock Tower."
        in said(stamped)
    )


def test_an_unsigned_report_is_just_not_signed(report):
    check = check_signature(report)
    assert (check.signatures, check.problems) == ((), ())
    assert said(report) == "The file is not signed."


def test_what_is_no_pdf_is_a_problem():
    (problem,) = check_signature(b"hello").problems
    assert problem == (
        "The file was changed, or is no PDF: it cannot be read (Illegal PDF header)."
    )


@pytest.mark.parametrize("which", ["signed", "stamped"])
def test_one_flipped_byte_anywhere_is_named(which, request):
    content = request.getfixturevalue(which)
    first, zeros, last = room(content)
    places = [
        *range(9, first - 1, len(content) // 60),  # the report, and what was appended to it
        *range(first, zeros, 41),  # the signature itself
        *range(zeros + 2, last, (last - zeros) // 6),  # what fills it up
        *range(last + 2, len(content), 23),
    ]
    assert [at for at in places if not check_signature(flipped(content, at)).problems] == []


def test_a_changed_report_is_named_as_changed(signed, report):
    changed = flipped(signed, len(report) // 2)
    assert "The file was changed after it was signed: the signature is over other bytes." in said(
        changed
    )
    assert "Said to be signed by" in said(changed)
    assert "are those that were signed" not in said(changed)


@pytest.mark.parametrize("word", [b"/AcroForm", b"/FT /Sig"])
def test_a_signature_that_was_unhooked_is_still_seen(signed, word):
    at = signed.rindex(word) + 1
    assert "can no longer be reached" in said(flipped(signed, at))


def appended(content, change):
    writer = IncrementalPdfFileWriter(BytesIO(content))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_content_added_afterwards_is_named(signed):
    def other_title(writer):
        from pyhanko.pdf_utils import generic

        page = writer.root["/Pages"]["/Kids"][0]
        while "/Kids" in page:
            page = page["/Kids"][0]
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
        writer.update_container(page)

    more = appended(signed, other_title)
    (found,) = check_signature(more).signatures
    assert found.added == len(more) - len(signed)
    assert "The file shows more, or other, than what was signed" in said(more)
    assert "which may change what a reader shows" in said(more)


def test_a_second_signature_is_no_change_of_the_first(signed, key):
    how = signers.PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
    second = load_key(keys.p12("Witness"), keys.PASSPHRASE)
    both = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(signed)), how, second).getvalue()
    check = check_signature(both)
    assert [found.signer[13:] for found in check.signatures] == ["R. Okafor", "Witness"]
    assert check.problems == ()
    assert "which hold nothing but further signatures" in said(both)


def test_bytes_that_follow_the_file_are_counted(signed):
    assert "5 bytes were added after signing, which change nothing" in said(signed + b"\n\n\n\n\n")


def test_a_certificate_that_was_not_valid_at_the_stamped_time_is_named(report):
    late = load_key(keys.p12(begins=datetime(2026, 4, 1, tzinfo=UTC)), keys.PASSPHRASE)
    assert "The certificate was not valid then: it is valid from 2026-04-01 to 2090-01-01." in said(
        sign(report, late, NOW, keys.tower())
    )


def test_a_hostile_name_in_a_certificate_is_shown_visibly(report):
    hostile = load_key(keys.p12("R.\u202erofakO"), keys.PASSPHRASE)
    assert "R.⟨U+202E⟩rofakO" in said(sign(report, hostile, NOW))


def test_nothing_of_distrust_is_printed(signed, capsys, caplog):
    check_signature(signed)
    assert capsys.readouterr().err == ""
    assert caplog.records == []


def test_no_sentence_says_more_than_a_signature_carries(signed, stamped, report):
    for content in (signed, stamped, report, flipped(signed, 5000)):
        assert refused_phrases(said(content)) == []
