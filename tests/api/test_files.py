"""Files of a contract: sent in one part of a form, kept as they came, and given to whom they are meant for."""

from __future__ import annotations

import hashlib
import io
from zipfile import ZipFile

import pytest

from amicable.talk import files
from api.conftest import Person
from callers import Caller, Json, milestone, multipart, path_of, succeeded

POEM = b"Rain on the roof, and nobody is home as yet.\n" * 30


def listed(who: Caller, contract: Json) -> list[Json]:
    return who.see(f"{path_of(contract)}/files")["items"]  # type: ignore[no-any-return]


def address(contract: Json, file: Json) -> str:
    return f"{path_of(contract)}/files/{file['id']}"


def test_a_file_comes_out_as_it_went_in(funded: Json, clara: Caller, femi: Caller) -> None:
    content = bytes(range(256)) * 5_000
    sent = succeeded(clara.upload(funded, content, "brief.pdf"))

    assert sent["sha256"] == hashlib.sha256(content).hexdigest()
    assert (sent["name"], sent["size"], sent["media_type"]) == ("brief.pdf", len(content), "application/pdf")
    assert (sent["by"], sent["author"]["name"], sent["purpose"]) == ("client", "Clara Weber", "message")
    assert listed(femi, funded) == [sent]
    reply = femi.get(address(funded, sent))
    assert reply.body == content
    assert reply.headers["Content-Disposition"] == 'attachment; filename="brief.pdf"'
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Type"] == "application/pdf"


def test_the_list_comes_page_by_page(funded: Json, clara: Caller) -> None:
    sent = [succeeded(clara.upload(funded, b"x", f"{number}.txt")) for number in range(3)]
    first = clara.see(f"{path_of(funded)}/files?limit=2")
    rest = clara.see(f"{path_of(funded)}/files?limit=2&cursor={first['next']}")

    assert first["items"] + rest["items"] == sent
    assert rest["next"] is None


class TestTheForm:
    @pytest.mark.parametrize(
        ("parts", "wrong"),
        [
            ([], "file"),
            ([("file", "a", b"a"), ("file", "b", b"b")], "file"),
            ([("file", "a", b"a"), ("other", "b", b"b")], "file"),
            ([("document", "a", b"a")], "file"),
            ([("file", "a", b"")], "file"),
            ([("file", "", b"a")], "file"),
        ],
        ids=["none", "two", "one too many", "under another name", "empty", "without a name"],
    )
    def test_has_exactly_one_file(
        self, parts: list[tuple[str, str, bytes]], wrong: str, funded: Json, clara: Caller
    ) -> None:
        reply = clara.send("POST", f"{path_of(funded)}/files", *multipart(parts, {"purpose": "message"}))

        assert reply.wrong_fields == {wrong}
        assert listed(clara, funded) == []

    @pytest.mark.parametrize(
        ("words", "wrong"),
        [
            ({"purpose": "fun"}, "purpose"),
            ({"milestone": "1"}, "milestone"),
            ({"message": "1"}, "message"),
            ({"message": "01a20af0-8a37-71e9-adcf-29034e1d7402"}, "message"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_says_what_the_file_is_for_in_words_that_are_known(
        self, words: dict[str, str], wrong: str, funded: Json, clara: Caller
    ) -> None:
        assert clara.upload(funded, b"x", **words).wrong_fields == {wrong}
        assert listed(clara, funded) == []

    @pytest.mark.parametrize(
        "body", [b"", b"--frontier", b"--frontier\r\n\r\n", b"nonsense"], ids=["none", "cut off", "no part", "no form"]
    )
    def test_that_is_cut_off_is_no_file(self, body: bytes, funded: Json, clara: Caller) -> None:
        reply = clara.send("POST", f"{path_of(funded)}/files", body, "multipart/form-data; boundary=frontier")
        assert reply.status in (400, 415, 422)
        assert listed(clara, funded) == []

    @pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=\xff"])
    def test_without_a_boundary_cannot_be_read(self, kind: str, funded: Json, clara: Caller) -> None:
        assert clara.send("POST", f"{path_of(funded)}/files", b"x", kind).problem == (400, "unreadable")

    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
    def test_is_a_form(self, kind: str, funded: Json, clara: Caller) -> None:
        assert clara.send("POST", f"{path_of(funded)}/files", b"{}", kind).problem == (415, "not_multipart")

    def test_is_of_a_sensible_size(self, funded: Json, clara: Caller) -> None:
        assert clara.upload(funded, b"x" * (files.MAX_BYTES + 2_000_000)).problem == (413, "too_large")
        assert clara.upload(funded, b"x" * (files.MAX_BYTES + 1)).problem == (413, "too_large")
        assert listed(clara, funded) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Temp\\\\a.txt", "a.txt"),
        ("r\u00e9sum\u00e9 \u2603 \u5951\u7d04.pdf", "r\u00e9sum\u00e9 \u2603 \u5951\u7d04.pdf"),
        ('say \\"hi\\".txt', "say _hi_.txt"),
        ("tab\there\x1b.txt", "tabhere.txt"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("a" * 300 + ".tar", "a" * 251 + ".tar"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("a; filename=b.exe", "a; filename=b.exe"),
    ],
)
def test_a_name_is_one_that_can_be_saved_anywhere(name: str, kept: str, funded: Json, clara: Caller) -> None:
    sent = succeeded(clara.upload(funded, b"x", name))
    assert sent["name"] == kept
    disposition = clara.get(address(funded, sent)).headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert disposition.isascii()
    assert disposition.count(";") == 1 + kept.count(";")


def test_a_name_cannot_end_the_header(funded: Json, clara: Caller) -> None:
    reply = clara.upload(funded, b"x", "a.txt\r\nX-Evil: yes\r\n\r\n")
    assert reply.status in (201, 400, 422)
    for file in listed(clara, funded):
        assert "\n" not in file["name"]
        assert "X-Evil" not in clara.get(address(funded, file)).headers


class TestOnce:
    def test_a_file_sent_again_under_its_key_is_kept_once(self, funded: Json, clara: Caller) -> None:
        first = clara.upload(funded, b"same", key="f-1")
        again = clara.upload(funded, b"same", key="f-1")

        assert succeeded(first) == succeeded(again)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(listed(clara, funded)) == 1

    def test_another_file_under_the_key_is_refused(self, funded: Json, clara: Caller) -> None:
        clara.upload(funded, b"same", key="f-1")

        assert clara.upload(funded, b"other", key="f-1").problem == (422, "idempotency_key_reused")
        assert clara.upload(funded, b"same", "other.txt", key="f-1").problem == (422, "idempotency_key_reused")
        assert len(listed(clara, funded)) == 1


class TestWhoSeesIt:
    def test_nobody_else(self, funded: Json, clara: Caller, person: Person) -> None:
        sent = succeeded(clara.upload(funded, b"x"))
        for other in (person("Other", "client", "freelancer", "operator"), person("Mo", "mediator")):
            assert other.upload(funded, b"x").problem == (404, "not_found")
            for path in (address(funded, sent), f"{address(funded, sent)}/preview"):
                assert other.get(path).problem == (404, "not_found")

    def test_not_under_another_contract(self, funded: Json, offered: Json, clara: Caller, femi: Caller) -> None:
        del offered
        sent = succeeded(clara.upload(funded, b"x"))
        terms = {"title": "B", "kind": "fixed", "currency": "USD", "milestones": [{"title": "P", "amount": "5"}]}
        other = succeeded(clara.post("/contracts", {"freelancer": femi.id, **terms}))
        assert clara.get(f"{path_of(other)}/files/{sent['id']}").problem == (404, "not_found")

    def test_a_mediator_in_a_dispute(self, submitted: Json, clara: Caller, femi: Caller, mo: Caller) -> None:
        work = succeeded(femi.upload(submitted, POEM, purpose="submission", milestone=milestone(submitted)))
        asked = clara.do(submitted, "end", reason="other", escrow="refund")["contract"]
        femi.do(asked, "decline_refund", proposal=asked["proposals"][0]["id"], note="It is done.")
        evidence = succeeded(clara.upload(submitted, b"x", purpose="evidence"))

        assert [file["is_open"] for file in listed(mo, submitted)] == [True, True]
        assert mo.get(address(submitted, work)).body == POEM.decode()
        assert mo.get(address(submitted, evidence)).body == "x"
        assert succeeded(mo.upload(submitted, b"x", purpose="evidence"))["by"] == "mediator"


class TestWork:
    @pytest.fixture
    def work(self, submitted: Json, femi: Caller) -> Json:
        return succeeded(femi.upload(submitted, POEM, "poem.txt", purpose="submission"))

    def test_is_a_preview_to_the_client_until_it_is_paid(
        self, submitted: Json, work: Json, clara: Caller, femi: Caller
    ) -> None:
        assert work["milestone"] == milestone(submitted)
        [seen] = listed(clara, submitted)
        assert (seen["is_open"], seen["has_preview"], seen["sha256"]) == (False, True, work["sha256"])
        refused = clara.get(address(submitted, work))
        assert refused.problem == (409, "not_paid_yet")
        preview = clara.get(f"{address(submitted, work)}/preview")
        assert preview.body.startswith("Rain on the roof")
        assert len(preview.body) < len(POEM) / 4 + 2
        assert femi.get(address(submitted, work)).body == POEM.decode()

        clara.do(submitted, "approve", milestone=milestone(submitted), amount="100.00")
        assert clara.get(address(submitted, work)).problem == (409, "not_paid_yet")
        clara.do(submitted, "approve", milestone=milestone(submitted))
        assert clara.get(address(submitted, work)).body == POEM.decode()
        assert listed(clara, submitted)[0]["is_open"] is True

    def test_stays_a_preview_when_the_money_goes_back(
        self, submitted: Json, work: Json, clara: Caller, femi: Caller
    ) -> None:
        asked = clara.do(submitted, "end", reason="other", escrow="refund")["contract"]
        femi.do(asked, "accept_refund", proposal=asked["proposals"][0]["id"])

        assert clara.get(address(submitted, work)).problem == (409, "not_paid_yet")
        assert femi.get(address(submitted, work)).status == 200

    def test_of_which_nothing_can_be_shown_has_no_preview(self, submitted: Json, clara: Caller, femi: Caller) -> None:
        work = succeeded(femi.upload(submitted, b"\x00\xff" * 50, "work.bin", purpose="submission"))
        assert work["has_preview"] is False
        assert clara.get(f"{address(submitted, work)}/preview").problem == (404, "not_found")

    def test_is_handed_in_by_the_freelancer_for_one_milestone(self, active: Json, clara: Caller, femi: Caller) -> None:
        assert clara.upload(active, b"x", purpose="submission").problem == (403, "other_side")
        assert femi.upload(active, b"x", purpose="submission").wrong_fields == {"milestone"}


class TestMessages:
    def test_take_files_with_them(self, funded: Json, clara: Caller, femi: Caller) -> None:
        sent = [succeeded(femi.upload(funded, b"x", name)) for name in ("a.txt", "b.txt")]
        body = {"text": "Two drafts.", "files": [file["id"] for file in sent]}
        said = succeeded(femi.post(f"{path_of(funded)}/messages", body))

        assert [file["name"] for file in said["files"]] == ["a.txt", "b.txt"]
        assert all(file["message"] == said["id"] for file in said["files"])
        assert clara.see(f"{path_of(funded)}/messages")["items"] == [said]

    def test_can_be_given_a_file_afterwards_by_who_wrote_them(self, funded: Json, clara: Caller, femi: Caller) -> None:
        said = succeeded(femi.post(f"{path_of(funded)}/messages", {"text": "Here."}))
        assert clara.upload(funded, b"x", message=said["id"]).wrong_fields == {"message"}
        succeeded(femi.upload(funded, b"x", message=said["id"]))
        assert len(clara.see(f"{path_of(funded)}/messages")["items"][0]["files"]) == 1

    def test_do_not_take_what_is_another_persons_or_sent_already(
        self, funded: Json, clara: Caller, femi: Caller
    ) -> None:
        hers, his = succeeded(clara.upload(funded, b"x")), succeeded(femi.upload(funded, b"x"))
        evidence = succeeded(femi.upload(funded, b"x", purpose="evidence"))
        succeeded(femi.post(f"{path_of(funded)}/messages", {"text": "Mine.", "files": [his["id"]]}))
        for ids in ([hers["id"]], [his["id"]], [evidence["id"]], ["nonsense"]):
            reply = femi.post(f"{path_of(funded)}/messages", {"text": "And?", "files": ids})
            assert reply.wrong_fields == {"files"}
        assert len(clara.see(f"{path_of(funded)}/messages")["items"]) == 1


def test_the_evidence_of_a_contract_is_one_zip(funded: Json, clara: Caller, person: Person) -> None:
    succeeded(clara.upload(funded, b"x", "a.txt", purpose="evidence"))
    reply = clara.get(f"{path_of(funded)}/evidence")

    assert reply.headers["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.read("files/0001-a.txt") == b"x"
    assert person("Other", "client").get(f"{path_of(funded)}/evidence").problem == (404, "not_found")
