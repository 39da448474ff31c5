import json

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from tests import keys, made
from workbench.cli import app, signing
from workbench.errors import ReportError
from workbench.report.signature import check_signature


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return made.evaluated_case(tmp_path_factory.mktemp("cases")).folder


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "cert.p12"
    path.write_bytes(keys.p12())
    return path


def report(case, output, *words, **how):
    return CliRunner().invoke(app, ["report", str(case), "-o", str(output), *words], **how)


def test_a_signed_report_says_who_signed(case, key, tmp_path):
    path = tmp_path / "evidence.pdf"
    env = {signing.PASSPHRASE: keys.PASSPHRASE}
    done = report(case, path, "--sign", str(key), env=env)
    assert done.exit_code == 0
    assert "Signed by Common Name: R. Okafor" in done.stdout
    assert "nobody attests it" in done.stdout
    assert check_signature(path.read_bytes()).problems == ()
    assert "evidence.json" in PdfReader(path).attachments


def test_json_holds_what_the_signature_says(case, key, tmp_path):
    env = {signing.PASSPHRASE: keys.PASSPHRASE}
    done = report(case, tmp_path / "e.pdf", "--sign", str(key), "--json", env=env)
    (said,) = json.loads(done.stdout)["signatures"]
    assert said["signer"] == "Common Name: R. Okafor"
    assert said["attested"] == {"reason": "there is no time stamp"}
    assert said["problems"] == []


def test_an_unsigned_report_has_no_signatures(case, tmp_path):
    done = report(case, tmp_path / "e.pdf", "--json")
    assert json.loads(done.stdout)["signatures"] == []


def test_the_passphrase_is_asked_for_at_a_terminal(case, key, tmp_path, monkeypatch):
    monkeypatch.delenv(signing.PASSPHRASE, raising=False)
    monkeypatch.setattr(signing, "_at_a_terminal", lambda: True)
    path = tmp_path / "e.pdf"
    done = report(case, path, "--sign", str(key), "--json", input=f"{keys.PASSPHRASE}\n")
    assert len(json.loads(done.stdout)["signatures"]) == 1  # the question is not on stdout
    assert "Passphrase of cert.p12" in done.stderr
    assert keys.PASSPHRASE not in done.stderr


def test_without_a_terminal_the_variable_is_named(case, key, tmp_path, monkeypatch):
    monkeypatch.delenv(signing.PASSPHRASE, raising=False)
    done = report(case, tmp_path / "e.pdf", "--sign", str(key))
    assert isinstance(done.exception, ReportError)
    assert done.exception.what == (
        "The passphrase of cert.p12 cannot be asked for without a terminal."
    )
    assert "WORKBENCH_SIGN_PASSPHRASE" in done.exception.fix
    assert not (tmp_path / "e.pdf").exists()


def test_nothing_is_written_if_it_cannot_be_signed(case, key, tmp_path):
    done = report(case, tmp_path / "e.pdf", "--sign", str(key), env={signing.PASSPHRASE: "wrong"})
    assert isinstance(done.exception, ReportError)
    assert [item.name for item in tmp_path.iterdir()] == ["cert.p12"]


def test_a_missing_file_to_sign_with_is_named(case, tmp_path):
    done = report(case, tmp_path / "e.pdf", "--sign", str(tmp_path / "none.p12"))
    assert "none.p12 (No such file or directory)" in done.exception.what


def test_a_time_stamp_alone_is_refused(case, tmp_path):
    done = report(case, tmp_path / "e.pdf", "--timestamp-url", "http://127.0.0.1:9/")
    assert str(done.exception) == (
        "Without a signature there is nothing to stamp. Add --sign CERT.p12."
    )


def test_no_option_takes_a_passphrase():
    told = CliRunner().invoke(app, ["report", "--help"], env={"COLUMNS": "200"}).stdout
    assert "WORKBENCH_SIGN_PASSPHRASE" in told
    assert "--pass" not in told
