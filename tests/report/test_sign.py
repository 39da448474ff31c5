import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests import keys
from workbench.errors import ReportError
from workbench.report.sign import load_key, sign, stamp_server

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_signed_file_begins_with_the_report(report, key):
    signed = sign(report, key, NOW)
    assert signed[: len(report)] == report
    assert len(signed) > len(report)


def test_the_signature_is_pades(report, key):
    assert b"/SubFilter /ETSI.CAdES.detached" in sign(report, key, NOW)[len(report) :]


def test_neither_key_nor_passphrase_is_in_the_file(report, key):
    signed = sign(report, key, NOW)
    private = key.signing_key["private_key"].parsed["private_key"].contents
    assert private not in signed
    assert private.hex().encode() not in signed.lower()
    assert keys.PASSPHRASE.encode() not in signed


def test_a_key_without_a_passphrase_opens_without_one():
    assert load_key(keys.p12(passphrase=""), "").signing_cert.serial_number == 7


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(keys.p12(), "wrong"), (keys.p12(), ""), (b"no key at all", keys.PASSPHRASE)],
    ids=["another passphrase", "no passphrase", "another file"],
)
def test_what_does_not_open_is_said_without_the_passphrase(content, passphrase):
    with pytest.raises(ReportError) as error:
        load_key(content, passphrase)
    assert error.value.what == "The file to sign with does not open with this passphrase."
    assert "wrong" not in error.value.fix


def test_a_certificate_alone_cannot_sign():
    _, certificate = keys.certified("nobody")
    with pytest.raises(ReportError, match="holds no private key with its certificate"):
        load_key(keys.packed(None, certificate), keys.PASSPHRASE)


def test_a_certificate_that_is_over_does_not_sign(report):
    over = load_key(keys.p12(ends=datetime(2026, 5, 1, tzinfo=UTC)), keys.PASSPHRASE)
    with pytest.raises(ReportError, match="is not valid today"):
        sign(report, over, NOW)


def test_somebody_elses_certificate_does_not_sign(report, key):
    _, stranger = keys.certified("stranger")
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import SimpleSigner

    certificate = x509.Certificate.load(stranger.public_bytes(Encoding.DER))
    mixed = SimpleSigner(certificate, key.signing_key, key.cert_registry)
    with pytest.raises(ReportError, match="does not fit its certificate's key"):
        sign(report, mixed, NOW)


def test_what_is_no_pdf_is_not_signed(key):
    with pytest.raises(ReportError, match=r"cannot be signed \(Illegal PDF header\)"):
        sign(b"hello", key, NOW)


def test_a_time_stamping_server_that_does_not_answer_is_named(report, key):
    with pytest.raises(ReportError, match="gave no time stamp") as error:
        sign(report, key, NOW, stamp_server("http://127.0.0.1:9/"))
    assert "nothing was written" in error.value.fix


def test_an_address_must_be_one():
    with pytest.raises(ReportError, match="'clock' is no address"):
        stamp_server("clock")


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyhanko.sign", None)
    with pytest.raises(ReportError) as error:
        load_key(b"", "")
    assert str(error.value) == (
        "Signatures need pyHanko, which is not installed. "
        'Install it with `pip install "model-workbench[sign]"`.'
    )


def test_the_report_opens_without_pyhanko():
    code = "import sys, workbench.report.sign; sys.exit('pyhanko' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
