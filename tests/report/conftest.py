"""What several tests of the report share: one to sign, and a key."""

import pytest

from tests import keys
from tests.report import reports
from workbench.report.pdf import pdf_bytes
from workbench.report.sign import load_key


@pytest.fixture(scope="session")
def report():
    return pdf_bytes(reports.document())


@pytest.fixture(scope="session")
def key():
    return load_key(keys.p12(), keys.PASSPHRASE)
