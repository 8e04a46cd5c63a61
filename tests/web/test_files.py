"""Files on the pages: sent with a message or with work, shown as previews, handed in with one press."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import MilestoneStatus, Role
from amicable.talk.files import MAX_BYTES, files_of
from amicable.talk.messages import messages_of
from amicable.talk.models import File
from market import Market, browser_of, person
from pages import hidden, words

pytestmark = pytest.mark.django_db
POEM = b"Rain on the roof, and nobody is home as yet.\n" * 30


@pytest.fixture
def market() -> Market:
    return Market()


def picture(width: int = 1_000, height: int = 600) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(made, "PNG")
    return made.getvalue()


def chosen(*files: tuple[str, bytes]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, content) for name, content in files]


def write(who: Person, contract: Contract, text: str, *files: tuple[str, bytes]) -> HttpResponse:
    room = browser_of(who).get(f"/contracts/{contract.id}")
    return browser_of(who).post(
        f"/contracts/{contract.id}/messages", hidden(room) | {"text": text, "files": chosen(*files)}
    )


def room(who: Person, contract: Contract) -> HttpResponse:
    return browser_of(who).get(f"/contracts/{contract.id}")


def submit(market: Market, contract: Contract, query: str = "", *files: tuple[str, bytes]) -> HttpResponse:
    address = f"/contracts/{contract.id}/actions/submit"
    page = browser_of(market.femi).get(f"{address}{query}")
    note = page.context["words"][0].value or "Done."
    return browser_of(market.femi).post(address, hidden(page) | {"note": note, "files": chosen(*files)})


def get(who: Person, file: File, what: str = "") -> HttpResponse:
    return browser_of(who).get(f"/contracts/{file.contract_id}/files/{file.pk}{what}")


def content(page: HttpResponse) -> bytes:
    return b"".join(page.streaming_content)  # type: ignore[attr-defined]


class TestMessages:
    def test_take_files_that_the_other_side_can_open(self, market: Market) -> None:
        contract = market.funded("500.00")
        assert write(market.femi, contract, "Two drafts.", ("a.txt", b"a"), ("b.png", picture())).status_code == 302

        page = room(market.clara, contract)
        first, second = files_of(contract.id)
        assert "Two drafts. a.txt 1" in words(page)
        assert f"/contracts/{contract.id}/files/{second.id}/preview" in page.content.decode()
        got = get(market.clara, first)
        assert content(got) == b"a"
        assert got.headers["Content-Disposition"] == 'attachment; filename="a.txt"'
        assert got.headers["X-Content-Type-Options"] == "nosniff"

    def test_are_not_sent_without_their_files(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = write(market.femi, contract, "Here.", ("a.txt", b"a"), ("big.zip", b"x" * (MAX_BYTES + 1)))

        assert page.status_code == 422
        assert "A file has at most 25 MB." in words(page)
        assert "Choose the files again" in words(page)
        assert (messages_of(contract.id), files_of(contract.id)) == ([], [])

    def test_that_are_much_too_large_are_not_read(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = browser_of(market.femi).post(
            f"/contracts/{contract.id}/messages", {"text": "Hi"}, CONTENT_LENGTH=str(5 * MAX_BYTES)
        )
        assert page.status_code == 413
        assert "This is too large" in words(page)


class TestWork:
    def test_is_handed_in_with_its_files_and_seen_as_previews_until_it_is_paid(self, market: Market) -> None:
        contract = market.funded("500.00")
        assert submit(market, contract, "", ("poem.txt", POEM), ("logo.png", picture())).status_code == 302

        poem, logo = files_of(contract.id)
        assert {str(file.milestone) for file in (poem, logo)} == {contract.milestones[0].id}
        assert "Handed in for “Part 1”. You see a preview until it is paid." in words(room(market.clara, contract))
        assert "Handed in for “Part 1”. Clara sees a preview until it is paid." in words(room(market.femi, contract))
        page = get(market.clara, poem)
        assert page.status_code == 409
        assert "Rain on the roof" in words(page)
        assert POEM.decode().strip() not in page.content.decode()
        assert "not paid yet" in words(page)
        assert content(get(market.femi, poem)) == POEM
        small = Image.open(io.BytesIO(get(market.clara, logo, "/preview").content))
        assert small.size == (360, 216)

        market.do(view(contract.id, None, clock.now())[0], "approve", Role.CLIENT, milestone=contract.milestones[0].id)
        assert content(get(market.clara, logo)) == picture()
        assert "which is paid: the file is there for both" in words(room(market.clara, contract))

    def test_that_is_refused_leaves_no_files(self, market: Market) -> None:
        contract = market.funded("500.00")
        address = f"/contracts/{contract.id}/actions/submit"
        form = hidden(browser_of(market.femi).get(address))
        page = browser_of(market.femi).post(address, form | {"note": "", "files": chosen(("a.txt", b"a"))})
        assert page.status_code == 422
        assert "Choose the files again" in words(page)

        page = browser_of(market.femi).post(address, form | {"note": "x", "files": chosen(("a.txt", b""))})
        assert page.status_code == 422
        assert files_of(contract.id) == []
        assert view(contract.id, None, clock.now())[0].milestones[0].status == MilestoneStatus.FUNDED

    def test_is_made_of_a_message_with_files_with_one_press(self, market: Market) -> None:
        contract = market.funded("500.00")
        write(market.femi, contract, "The pages are done.", ("pages.txt", POEM))
        [message] = messages_of(contract.id)
        link = f"/contracts/{contract.id}/actions/submit?message={message.id}"
        assert link in room(market.femi, contract).content.decode()
        assert link not in room(market.clara, contract).content.decode()

        page = browser_of(market.femi).get(link)
        assert page.context["words"][0].value == "The pages are done."
        assert "Handed in with it, from your message pages.txt" in words(page)
        assert submit(market, contract, f"?message={message.id}").status_code == 302
        [file] = files_of(contract.id)
        assert (file.purpose, str(file.milestone)) == ("submission", contract.milestones[0].id)
        assert get(market.clara, file).status_code == 409
        assert link not in room(market.femi, contract).content.decode()

    def test_is_not_made_of_another_persons_message(self, market: Market) -> None:
        contract = market.funded("500.00")
        write(market.clara, contract, "My brief.", ("brief.txt", POEM))
        [message] = messages_of(contract.id)
        page = browser_of(market.femi).get(f"/contracts/{contract.id}/actions/submit?message={message.id}")
        assert page.context["handed_in"] == []
        submit(market, contract, f"?message={message.id}")
        assert files_of(contract.id)[0].purpose == "message"

    def test_that_is_paid_is_not_handed_in_again_for_another_milestone(self, market: Market) -> None:
        contract = market.funded("500.00", "300.00")
        write(market.femi, contract, "The pages are done.", ("pages.txt", POEM))
        [message] = messages_of(contract.id)
        submit(market, contract, f"?message={message.id}")
        market.do(contract, "approve", Role.CLIENT, milestone=contract.milestones[0].id)
        market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[1].id)
        assert submit(market, contract, f"?message={message.id}").status_code == 302
        [file] = files_of(contract.id)
        assert str(file.milestone) == contract.milestones[0].id
        assert content(get(market.clara, file)) == POEM

    def test_is_handed_in_once_however_often_the_button_is_pressed(self, market: Market) -> None:
        contract = market.funded("500.00")
        address = f"/contracts/{contract.id}/actions/submit"
        form = hidden(browser_of(market.femi).get(address)) | {"note": "Done."}
        for _ in range(2):
            browser_of(market.femi).post(address, form | {"files": chosen(("a.txt", b"a"))})
        assert len(files_of(contract.id)) == 1


def test_evidence_comes_with_an_answer_in_a_dispute_and_a_mediator_sees_it(market: Market) -> None:
    contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    address = f"/contracts/{contract.id}/actions/decline_refund"
    page = browser_of(market.femi).get(address)
    form = hidden(page) | {"note": "It is done.", "files": chosen(("chat.txt", b"hello"))}
    assert browser_of(market.femi).post(address, form).status_code == 302

    [file] = files_of(contract.id)
    assert file.purpose == "evidence"
    assert content(get(person("Mina Hale", "mediator"), file)) == b"hello"


def test_a_file_is_nobody_elses(market: Market) -> None:
    contract = market.funded("500.00")
    write(market.femi, contract, "Here.", ("a.png", picture()))
    [file] = files_of(contract.id)
    for stranger in (person("Sam Stranger", "client"), person("Mina Hale", "mediator")):
        assert get(stranger, file).status_code == 404
        assert get(stranger, file, "/preview").status_code == 404
    assert browser_of(market.clara).get(f"/contracts/{contract.id}/files/{contract.id}").status_code == 404


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, picture(1, 1), b"GIF89a\xff\xff\xff\xff\x00\x00\x00" + b"\xff" * 9],
    ids=["broken", "a dot", "a bomb"],
)
def test_an_image_that_cannot_be_shown_smaller_is_kept_all_the_same(market: Market, data: bytes) -> None:
    contract = market.funded("500.00")
    assert submit(market, contract, "", ("logo.png", data)).status_code == 302
    [file] = files_of(contract.id)
    assert not hasattr(file, "preview")
    page = get(market.clara, file)
    assert page.status_code == 409
    assert "nothing of this kind of file can be shown in part" in words(page)
    assert get(market.clara, file, "/preview").status_code == 404
