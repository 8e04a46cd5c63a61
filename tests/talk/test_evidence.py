"""The evidence bundle: everything, with right checksums, the same bytes each time, and nothing that is not theirs."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import subprocess
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.diary import screenshots
from amicable.diary.models import Screenshot
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.talk.evidence import bundle
from amicable.talk.files import Aim, Upload, receive
from amicable.talk.messages import write
from amicable.talk.models import Message
from market import NOW, Market, browser_of, person

pytestmark = pytest.mark.django_db
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"png" * 100, b"\xff\xd8\xff" + b"jpeg" * 100
NOISE = b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(1_900_000)
POEM = b"Rain on the roof, and nobody is home as yet.\n" * 30


@pytest.fixture
def market() -> Market:
    return Market()


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def upload(contract: Contract, who: Person, role: Role, name: str, content: bytes, **aim: str) -> None:
    receive(stands(contract), str(who.pk), role, Upload(name, "", io.BytesIO(content)), Aim(**aim), NOW)


@pytest.fixture
def contract(market: Market) -> Contract:
    """One with talk, work, evidence and a dispute, in letters from everywhere."""
    contract = market.submitted("500.00", title="Website \u5951\u7d04 \u0639\u0642\u062f \U0001f600")
    text = "Gr\u00fc\u00dfe \u05e9\u05dc\u05d5\u05dd \u3053\u3093\u306b\u3061\u306f\ttab " + "x" * 400
    write(contract.id, str(market.clara.pk), text, NOW)
    upload(contract, market.femi, Role.FREELANCER, "poem.txt", POEM, purpose="submission")
    upload(contract, market.femi, Role.FREELANCER, "work.bin", b"\x00\xff" * 99, purpose="submission")
    upload(contract, market.clara, Role.CLIENT, "brief.txt", b"Blue.", purpose="evidence")
    asked = market.do(contract, "end", Role.CLIENT, reason="quality", note="Late.", escrow="refund")
    return market.do(asked, "decline_refund", Role.FREELANCER, proposal=asked.proposals[0].id, note="It is done.")


def opened(contract: Contract, reader: Role) -> dict[str, bytes]:
    with bundle(stands(contract), reader) as spool, ZipFile(spool) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def part(members: dict[str, bytes], name: str) -> Any:
    return json.loads(members[name])


class TestTheManifest:
    @pytest.mark.parametrize("reader", [Role.CLIENT, Role.FREELANCER, Role.MEDIATOR])
    def test_has_every_member_with_its_checksum(self, contract: Contract, reader: Role) -> None:
        members = opened(contract, reader)
        manifest = part(members, "manifest.json")

        assert manifest["as_seen_by"] == reader
        listed = {one["name"]: (one["size"], one["sha256"]) for one in manifest["members"]}
        assert listed == {
            name: (len(content), hashlib.sha256(content).hexdigest())
            for name, content in members.items()
            if name not in ("manifest.json", "SHA256SUMS")
        }

    @pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum here")
    def test_is_checked_by_the_usual_tool(self, contract: Contract, tmp_path: Path) -> None:
        with bundle(stands(contract), Role.FREELANCER) as spool, ZipFile(spool) as archive:
            archive.extractall(tmp_path)
        command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True)
        files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
        assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == files - {"SHA256SUMS"}

    def test_is_the_same_to_the_byte_until_something_happens(self, contract: Contract, market: Market) -> None:
        def made() -> bytes:
            with bundle(stands(contract), Role.CLIENT) as spool:
                return spool.read()

        first = made()
        clock.move_at_least(NOW + timedelta(hours=1))
        assert made() == first
        write(contract.id, str(market.clara.pk), "One thing more.", NOW + timedelta(hours=1))
        assert made() != first


class TestWhatIsInIt:
    def test_terms_history_messages_and_money(self, contract: Contract, market: Market) -> None:
        members = opened(contract, Role.CLIENT)

        assert part(members, "contract.json")["title"] == contract.title
        assert part(members, "contract.json")["money"]["escrow"] == "500.00"
        assert [event["action"] for event in part(members, "terms.json")] == ["offer", "accept"]
        history = part(members, "history.json")
        assert [event["version"] for event in history] == list(range(1, contract.version + 1))
        assert history[-1]["params"]["note"] == "It is done."
        assert history[-1]["name"] == market.femi.name
        [message] = part(members, "messages.json")
        assert message["text"].startswith("Gr\u00fc\u00dfe \u05e9\u05dc\u05d5\u05dd")
        [dispute] = part(members, "contract.json")["disputes"]
        assert (dispute["amount"], dispute["opened_by"]) == ("500.00", "freelancer")
        moved = [
            (one["from"].partition(":")[0], one["to"].partition(":")[0], one["amount"])
            for one in part(members, "money.json")
        ]
        assert moved == [
            ("provider", "client", "525.00"),
            ("client", "fee_held", "25.00"),
            ("client", "escrow", "500.00"),
        ]

    def test_all_versions_of_the_terms_and_what_was_asked_for_and_declined(
        self, market: Market, tmp_path: Path
    ) -> None:
        contract = market.active("500.00")
        listed = [{"id": contract.milestones[0].id, "title": "Part 1", "amount": "700.00", "due": "2026-12-24"}]
        for scope, answer in (("Twelve pages.", "accept_terms"), ("Sixty pages.", "decline_terms")):
            asked = market.do(
                contract, "propose_terms", Role.FREELANCER, note="It grows.", description=scope, milestones=listed
            )
            market.do(contract, answer, Role.CLIENT, proposal=asked.proposals[0].id)
        members = opened(contract, Role.CLIENT)

        first, second = part(members, "versions.json")
        assert (first["version"], first["proposed_by"], first["accepted_by"]) == (1, "client", "freelancer")
        assert (first["terms"]["milestones"][0]["amount"], first["changes"]) == ("500.00", [])
        assert (second["version"], second["proposed_by"], second["accepted_by"]) == (2, "freelancer", "client")
        assert (second["note"], second["terms"]["description"]) == ("It grows.", "Twelve pages.")
        assert second["terms"]["milestones"][0]["due"] == "2026-12-24"
        assert "“Part 1”: 700.00 USD instead of 500.00 USD." in second["changes"]
        text = printed(members, tmp_path)
        for said in ("Terms, version 2", "Twelve pages.", "24 Dec 2026", "700.00 USD instead of", "“Sixty pages.”"):
            assert said in text, said

    def test_files_as_the_reader_may_see_them(self, contract: Contract) -> None:
        hers, his = opened(contract, Role.CLIENT), opened(contract, Role.FREELANCER)

        assert his["files/0001-poem.txt"] == POEM
        assert "files/0001-poem.txt" not in hers
        assert len(hers["files/0001-preview-of-poem.txt.txt"]) < len(POEM) / 4 + 5
        assert [name for name in hers if name.startswith("files/0002")] == []
        assert hers["files/0003-brief.txt"] == b"Blue."
        poem, work, brief = part(hers, "files.json")
        assert poem["sha256"] == hashlib.sha256(POEM).hexdigest()
        assert [one["is_whole"] for one in (poem, work, brief)] == [False, False, True]
        assert (work["member"], brief["member"]) == (None, "files/0003-brief.txt")

    def test_a_pdf_that_opens_whatever_letters_there_are(self, contract: Contract, tmp_path: Path) -> None:
        text = printed(opened(contract, Role.CLIENT), tmp_path)
        assert "Gr\u00fc\u00dfe" in text
        assert "It is done." in text
        assert hashlib.sha256(b"Blue.").hexdigest() in text.replace("\n", "")

    def test_what_was_picked_in_beside_a_statement(self, market: Market, contract: Contract, tmp_path: Path) -> None:
        said = Message.objects.get(contract=contract.id)
        picks = [f"message:{said.pk}", "event:2"]
        market.do(contract, "answer_dispute", Role.CLIENT, note="It is not.", evidence=picks)
        files = opened(contract, Role.CLIENT)
        assert json.loads(files["contract.json"])["disputes"][0]["statements"][-1]["evidence"] == picks
        text = printed(files, tmp_path)
        assert "Picked in: Clara Whitfield wrote" in text
        assert "Picked in from the history: accept" in text

    def test_what_each_side_named_in_a_dispute_and_how_it_ended(
        self, market: Market, contract: Contract, tmp_path: Path
    ) -> None:
        market.do(contract, "offer_settlement", Role.CLIENT, release="120.50")
        assert "by the client: 120.50 USD." in printed(opened(contract, Role.CLIENT), tmp_path)
        market.do(contract, "concede_dispute", Role.FREELANCER)
        assert "by concede dispute; 0.00 USD of it is" in printed(opened(contract, Role.CLIENT), tmp_path)

    def test_english_sentences_that_read_as_such_whatever_names_are_in_them(self, tmp_path: Path) -> None:
        market = Market(femi=person("\u05d1\u05df \u05e9\u05dc\u05d5\u05dd", "freelancer"))
        contract = market.submitted("500.00")
        market.do(contract, "open_dispute", Role.CLIENT, about="escrow", reason="Late.")
        market.do(contract, "offer_settlement", Role.FREELANCER, release="90.00")
        text = printed(opened(contract, Role.CLIENT), tmp_path)
        assert "offers to settle the dispute. 90.00 USD goes to" in " ".join(text.split())
        assert re.search(r"^\W*\u05d1\u05df \u05e9\u05dc\u05d5\u05dd\W*offers to settle", text, re.MULTILINE)

    def test_a_pdf_that_leaves_out_no_message_however_many_there_are(self, market: Market, tmp_path: Path) -> None:
        contract = market.active("500.00")
        Message.objects.bulk_create(
            Message(contract_id=contract.id, author=market.clara, text=f"Word {number:04}.", at=NOW)
            for number in range(1_200)
        )
        text = printed(opened(contract, Role.CLIENT), tmp_path)
        assert [f"Word {number:04}." in text for number in range(1_200)] == [True] * 1_200

    def test_no_feedback(self, market: Market) -> None:
        contract = market.do(market.paid("500.00"), "end", Role.CLIENT, reason="completed")
        market.do(
            contract,
            "leave_feedback",
            Role.CLIENT,
            stars=dict.fromkeys(("skills", "quality", "availability", "deadlines", "communication", "cooperation"), 1),
            comment="Never again, said the sealed letter.",
            private_score=0,
        )
        members = opened(contract, Role.FREELANCER)
        for name, content in members.items():
            assert b"Never again" not in content, name
            assert b"leave_feedback" not in content, name


class TestHours:
    @pytest.fixture
    def contract(self, market: Market) -> Contract:
        """An hour in the diary, the first two segments of it with a screenshot."""
        contract = market.hourly("40.00", manual_time=True)
        advance(NOW + timedelta(days=1))
        market.log(contract, NOW, 60)
        logged = market.log(contract, NOW + timedelta(hours=2), 20, "Call with the baker", manual=True)
        picture(market, logged, NOW, PNG)
        picture(market, logged, NOW + timedelta(minutes=10), JPEG)
        return logged

    @pytest.mark.parametrize("reader", [Role.CLIENT, Role.FREELANCER])
    def test_come_with_their_screenshots_and_checksums(self, contract: Contract, reader: Role) -> None:
        members = opened(contract, reader)
        segments = part(members, "hours.json")["segments"]

        first, second, third, *_ = (segment["screenshot"] for segment in segments)
        assert first == {
            "name": "screenshots/2026-11-23T10-00Z.png",
            "size": len(PNG),
            "sha256": hashlib.sha256(PNG).hexdigest(),
            "media_type": "image/png",
            "taken_at": "2026-11-24T10:00:00Z",
        }
        assert third is None
        assert (members[first["name"]], members[second["name"]]) == (PNG, JPEG)
        listed = {one["name"]: one["sha256"] for one in part(members, "manifest.json")["members"]}
        assert listed[second["name"]] == second["sha256"]

    def test_change_the_bundle_when_a_screenshot_does(self, contract: Contract, market: Market) -> None:
        before = opened(contract, Role.CLIENT)
        clock.move_at_least(NOW + timedelta(days=1, hours=1))
        picture(market, contract, NOW, PNG + b"other")
        after = opened(contract, Role.CLIENT)
        assert part(before, "manifest.json")["until"] == "2026-11-24T10:00:00Z"
        assert part(after, "manifest.json")["until"] == "2026-11-24T11:00:00Z"
        assert after["screenshots/2026-11-23T10-00Z.png"] == PNG + b"other"

    def test_are_printed_in_stretches_that_say_what_they_count_as(self, contract: Contract, tmp_path: Path) -> None:
        text = " ".join(printed(opened(contract, Role.CLIENT), tmp_path).split())
        assert "Mon 23 Nov 2026, 10:00 1:00 Checkout page: address form tracked, covered 2" in text
        assert "by hand, not" in text
        assert "its 2 screenshots are under screenshots/" in text

    def test_of_a_week_that_is_open_are_those_so_far(self, contract: Contract, tmp_path: Path) -> None:
        members = opened(contract, Role.CLIENT)
        [week] = part(members, "hours.json")["weeks"]
        assert (week["status"], week["minutes"], week["rate"], week["amount"]) == ("open", 80, "40.00", "53.33")
        assert "2026-11-23 open 1:20 40.00 USD 53.33 USD" in " ".join(printed(members, tmp_path).split())

    def test_take_no_more_memory_than_a_few_screenshots(self, contract: Contract) -> None:
        starts = [NOW + timedelta(minutes=10 * number) for number in range(2, 6)]
        rows = [
            Screenshot(contract_id=contract.id, start=at, media_type="image/png", image=NOISE, taken_at=NOW)
            for at in starts
        ]
        Screenshot.objects.bulk_create(rows[:1])
        few = memory_of(contract)
        Screenshot.objects.bulk_create(rows[1:])
        assert memory_of(contract) < few + len(NOISE)


def memory_of(contract: Contract) -> int:
    """The most memory, in bytes, that making the bundle takes."""
    tracemalloc.start()
    try:
        with bundle(stands(contract), Role.CLIENT):
            return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def picture(market: Market, contract: Contract, start: datetime, image: bytes) -> None:
    kept = screenshots.keep(contract.id, str(market.femi.pk), start, image, clock.now())
    assert not isinstance(kept, Refused), kept


def printed(members: dict[str, bytes], folder: Path) -> str:
    """What stands in the PDF."""
    pdf = members["evidence.pdf"]
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    file = folder / "evidence.pdf"
    file.write_bytes(pdf)
    try:
        done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no pdftotext here")
    return done.stdout


class TestWhoGetsIt:
    def test_both_sides_and_a_mediator_in_a_dispute(self, contract: Contract, market: Market) -> None:
        for who in (market.clara, market.femi, person("Mina Hale", "mediator")):
            page = browser_of(who).get(f"/contracts/{contract.id}/evidence")
            assert page.headers["Content-Disposition"] == f'attachment; filename="evidence-{contract.id}.zip"'
            with ZipFile(io.BytesIO(b"".join(page.streaming_content))) as archive:  # type: ignore[attr-defined]
                assert "manifest.json" in archive.namelist()

    def test_nobody_else(self, market: Market) -> None:
        contract = market.funded("500.00")
        for stranger in (person("Sam Stranger", "client", "operator"), person("Mina Hale", "mediator")):
            assert browser_of(stranger).get(f"/contracts/{contract.id}/evidence").status_code == 404
