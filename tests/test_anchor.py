"""Time stamps, by a real authority of our own: no network beyond this machine."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp

from tests import keys, made
from tests.keys import STATED
from workbench.anchor import anchor_case, server, stamped_by
from workbench.custody import anchors, chain
from workbench.errors import CaseError
from workbench.records import to_json
from workbench.store import Journal
from workbench.store.audit import edited_rows
from workbench.store.journal import CASE_JOURNAL


@pytest.fixture(scope="module")
def authority():
    return keys.tower()


@pytest.fixture
def case(tmp_path):
    return made.recorded_case(tmp_path)


@pytest.fixture
def anchored(case, authority):
    anchor_case(case, stamped_by(authority), "made", made.NOON)
    return case


def test_the_time_and_who_states_it_are_said(anchored):
    check = anchors(anchored)
    assert check.passed
    assert "existed at 2026-03-05 08:30:00 UTC, says Common Name: Clock Tower" in check.detail


def test_the_chain_goes_on_over_a_time_stamp(anchored):
    assert chain(anchored).passed
    assert edited_rows(anchored) == []


def test_a_case_without_time_stamps_has_no_such_check(case):
    assert anchors(case) is None


def test_a_second_stamp_covers_the_first(anchored, authority):
    anchor_case(anchored, stamped_by(authority), "made", made.NOON)
    assert anchors(anchored).detail.count("Clock Tower") == 2


def test_every_flipped_byte_of_a_token_is_found(anchored):
    (token,) = anchored.folder.glob("journal/*.tst")
    whole = token.read_bytes()
    for at in range(0, len(whole), 37):
        token.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert not anchors(anchored).passed, at


def test_a_lost_token_is_named(anchored):
    (token,) = anchored.folder.glob("journal/*.tst")
    token.unlink()
    assert f"the file {token.name} cannot be read" in anchors(anchored).problems[0]


def test_a_token_cannot_be_moved_to_a_case_that_was_written_anew(case, anchored, tmp_path):
    """Whoever rewrites a case can chain it anew, but gets no old time stamp for it."""
    (record,) = [r for r in anchored.records(CASE_JOURNAL) if r.kind == "anchor"]
    anew = made.recorded_case(tmp_path / "anew", text="Another answer.")
    (token,) = anchored.folder.glob("journal/*.tst")
    with Journal(anew.journal_path(CASE_JOURNAL)) as journal:
        body = record.body | {"head": journal.head, "records": journal.length}
        journal.append("anchor", [body])
    anew.journal_path(CASE_JOURNAL).with_name(token.name).write_bytes(token.read_bytes())
    (problem,) = anchors(anew).problems
    assert "does not hold: it is over another head" in problem


def test_a_stamp_over_a_head_that_the_chain_lacks_is_found(anchored):
    (record,) = [r for r in anchored.records(CASE_JOURNAL) if r.kind == "anchor"]
    with Journal(anchored.journal_path(CASE_JOURNAL)) as journal:
        journal.append("anchor", [to_json(record.body)])
    (problem,) = anchors(anchored).problems
    assert problem.endswith("anchors another head.")


@pytest.fixture
def tower(authority):
    """The authority behind a real HTTP server."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = authority.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    desk = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=desk.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{desk.server_port}/"
    desk.shutdown()
    thread.join()
    desk.server_close()


def test_a_server_is_asked_over_http(case, tower):
    made_anchor = anchor_case(case, server(tower), tower, made.NOON)
    assert (made_anchor.server, made_anchor.stated_at) == (tower, STATED)
    assert anchors(case).passed


def test_a_server_that_does_not_answer_leaves_no_trace(case):
    before = case.journal_path(CASE_JOURNAL).read_bytes()
    address = "http://127.0.0.1:9/"
    with pytest.raises(CaseError, match="gave no time stamp") as error:
        anchor_case(case, server(address), address, made.NOON)
    assert "nothing was recorded" in error.value.fix
    assert case.journal_path(CASE_JOURNAL).read_bytes() == before
    assert list(case.folder.glob("journal/*.tst")) == []


def test_an_address_must_be_one():
    with pytest.raises(CaseError, match="'clock' is no address"):
        server("clock")
