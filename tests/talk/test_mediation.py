"""Mediators are told in the app and by e-mail, and nobody is told what is not for them."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from amicable.contracts import clock
from amicable.contracts.perform import Command, Done, perform, view
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.talk.choices import MEDIATION, Ways, choose
from amicable.talk.files import Aim, Upload, receive
from amicable.talk.kept import mails_of
from amicable.talk.letters import can_still, in_words
from amicable.talk.mail import send_pending
from amicable.talk.models import File, KeptMail
from amicable.talk.notices import Told, deliver_pending, notices_of
from market import NOW, Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(settings: Settings) -> Market:
    settings.EMAIL_BACKEND = "amicable.talk.kept.Backend"
    settings.BASE_URL = "https://amicable.example"
    return Market()


@pytest.fixture
def mina(market: Market) -> Person:
    del market
    return person("Mina Hale", "mediator", zone="Europe/Berlin")


@pytest.fixture
def mo(market: Market) -> Person:
    del market
    return person("Mo Tanaka", "mediator")


@pytest.fixture
def contract(market: Market, mina: Person, mo: Person) -> Contract:
    """One whose dispute has come to mediation."""
    del mina, mo
    contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    disputed = market.do(
        contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="It is done."
    )
    return market.do(disputed, "answer_dispute", Role.CLIENT, note="It is late.")


def mediates(who: Person, contract: Contract, action: str, **params: str) -> Contract:
    done = perform(Command(contract.id, action, params, str(who.pk), is_mediator=True), clock.now())
    assert isinstance(done, Done), done
    return done.outcome.contract


def told(who: Person) -> list[Told]:
    """What somebody is told, oldest first."""
    deliver_pending()
    return notices_of(str(who.pk), limit=100)[::-1]


def actions(who: Person) -> list[str]:
    return [
        one.event.action if one.event else f"reminder of {one.clock.action}"
        for one in told(who)
        if one.event or one.clock
    ]


def letters(who: Person) -> list[KeptMail]:
    deliver_pending()
    send_pending()
    return mails_of(str(who.pk))[::-1]


def evidence(contract: Contract, who: Person, role: Role, name: str = "brief.txt") -> File:
    deliver_pending()
    stands = view(contract.id, None, clock.now())[0]
    sent = Upload(name, "", io.BytesIO(b"Blue."))
    kept = receive(stands, str(who.pk), role, sent, Aim(purpose="evidence"), clock.now())
    assert not isinstance(kept, Refused)
    return kept


class TestADisputeThatNobodyHas:
    def test_is_told_to_every_mediator(self, contract: Contract, mina: Person, mo: Person) -> None:
        for who in (mina, mo):
            [one] = told(who)
            assert one.notice.contract_id == UUID(contract.id)
            assert (one.event and one.event.action, one.notice.kind) == ("answer_dispute", "mediation")
            assert "nobody has it yet" in in_words(one)

    def test_is_told_to_no_mediator_who_is_a_side_and_to_none_who_left(self, market: Market, mo: Person) -> None:
        Person.objects.filter(id=market.clara.pk).update(roles=["client", "mediator"])
        Person.objects.filter(id=mo.pk).update(is_active=False)
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        contract = market.do(
            contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="It is done."
        )
        market.do(contract, "answer_dispute", Role.CLIENT, note="It is late.")
        assert not any(one.to_mediator for who in (market.clara, market.femi, mo) for one in told(who))

    def test_is_mailed_with_what_silence_does(self, contract: Contract, mina: Person) -> None:
        [mail] = letters(mina)
        assert mail.subject.startswith("A dispute waits for a mediator. ")
        assert mail.subject.endswith(" · Website for a bakery")
        assert "nobody has it yet. Whoever asks, proposes or decides first has it" in mail.text
        assert "- Thu 3 Dec 2026, 11:00 CET (Thu 3 Dec 2026, 10:00 UTC): Unless a mediator rules before" in mail.text
        assert (
            f"See the dispute, and ask, propose or decide: https://amicable.example/contracts/{contract.id}"
            in mail.text
        )

    def test_stands_on_the_page_of_notices(self, contract: Contract, mina: Person) -> None:
        del contract
        told(mina)
        page = words(browser_of(mina).get("/notices"))
        assert (
            "A dispute waits for a mediator Website for a bakery New A dispute waits for a mediator, and nobody" in page
        )

    def test_reminds_every_mediator_of_the_ruling(self, contract: Contract, mina: Person, mo: Person) -> None:
        del contract
        advance(NOW + timedelta(days=9.5))
        assert actions(mina) == actions(mo) == ["answer_dispute"] + ["reminder of ruling_overdue"] * 5
        assert can_still(told(mo)[-1]) == "Nobody has this dispute yet. You can still rule until"
        assert letters(mina)[-1].subject.startswith("Until Thu 3 Dec, 11:00 CET: Unless a mediator rules before")
        advance(NOW + timedelta(days=30))
        assert len(actions(mina)) == 6


class TestWhoHasIt:
    def test_alone_is_told_what_comes(self, contract: Contract, market: Market, mina: Person, mo: Person) -> None:
        asked = mediates(mina, contract, "ask", note="Which page is missing?")
        market.do(asked, "answer_dispute", Role.CLIENT, note="The third.")
        market.do(asked, "offer_settlement", Role.CLIENT, release="100.00")
        market.do(asked, "offer_settlement", Role.FREELANCER, release="100.00")
        assert actions(mina) == ["answer_dispute", "answer_dispute", "offer_settlement", "offer_settlement"]
        assert actions(mo) == ["answer_dispute"]
        answered, *_, settled = letters(mina)[1:]
        assert "You are the mediator of this dispute." in answered.text
        assert "“The third.”" in answered.text
        assert "You were the mediator of this dispute." in settled.text

    def test_writes_to_both_sides_what_they_ask_and_why_they_decide(
        self, contract: Contract, market: Market, mina: Person
    ) -> None:
        mediates(mina, contract, "ask", note="Which page is missing?")
        mediates(mina, contract, "decide", release="100.00", reason="The third is.")
        for who in (market.clara, market.femi):
            asked, decided = letters(who)[-2:]
            assert "“Which page is missing?”" in asked.text
            assert "“The third is.”" in decided.text
            assert "“Which page is missing?”" in words(browser_of(who).get("/notices"))

    def test_alone_is_reminded_and_the_sides_of_what_they_were_asked(
        self, contract: Contract, market: Market, mina: Person, mo: Person
    ) -> None:
        asked = mediates(mina, contract, "ask", note="Which page is missing?")
        market.do(asked, "answer_dispute", Role.CLIENT, note="The third.")
        advance(NOW + timedelta(days=9))
        assert actions(mina)[2:] == ["reminder of ruling_overdue"] * 5
        assert "reminder of ruling_overdue" not in actions(mo) + actions(market.clara)
        assert actions(market.femi)[-1] == "reminder of ruling_overdue"
        assert "A mediator has asked you something. You can still answer until" in letters(market.femi)[-1].text

    def test_is_told_of_evidence(self, contract: Contract, market: Market, mina: Person, mo: Person) -> None:
        mediates(mina, contract, "ask", note="Which page is missing?")
        evidence(contract, market.femi, Role.FREELANCER)
        assert told(mina)[-1].notice.file is not None
        assert letters(mina)[-1].subject == "Femi Adeyemi sent evidence · Website for a bakery"
        assert all(one.notice.file is None for one in told(mo))

    def test_hands_an_appeal_to_the_others(self, contract: Contract, market: Market, mina: Person, mo: Person) -> None:
        ruled = mediates(mina, contract, "decide", release="100.00", reason="So.")
        market.do(ruled, "appeal", Role.FREELANCER, note="Not so.")
        advance(NOW + timedelta(days=9.5))
        assert "appeal" in actions(mo)
        assert actions(mo)[-1] == "reminder of appeal_overdue"
        assert not {"appeal", "reminder of appeal_overdue"} & set(actions(mina))

    def test_leaves_it_to_all_when_they_mediate_no_more(
        self, contract: Contract, market: Market, mina: Person, mo: Person
    ) -> None:
        asked = mediates(mina, contract, "ask", note="Which page is missing?")
        Person.objects.filter(id=mina.pk).update(roles=["freelancer"])
        market.do(asked, "answer_dispute", Role.CLIENT, note="The third.")
        assert actions(mo) == ["answer_dispute", "answer_dispute"]
        assert [one.event.action for one in told(mina) if one.event and one.notice.version == asked.version + 1] == []


def test_the_list_of_disputes_says_who_has_them(contract: Contract, mina: Person, mo: Person) -> None:
    def listed(who: Person) -> str:
        return words(browser_of(who).get("/disputes")).partition("Website for a bakery")[2]

    in_the_middle = "is divided in the middle of the two claims: 250.00 USD is Femi's, 250.00 USD goes back to Clara's"
    waits = "It waits for a mediator's ruling Unless a mediator rules before, the sum in dispute"
    assert f"{waits} {in_the_middle} card." in listed(mina)
    assert f"{in_the_middle} card. Nobody yet" in listed(mina)
    mediates(mina, contract, "ask", note="Which page is missing?")
    assert f"{in_the_middle} card. You" in listed(mina)
    assert f"{in_the_middle} card. Mina Hale" in listed(mo)


class TestEvidence:
    def test_is_told_to_the_other_side_once_until_it_was_looked_at(self, market: Market) -> None:
        contract = market.submitted("500.00")
        evidence(contract, market.clara, Role.CLIENT)
        evidence(contract, market.clara, Role.CLIENT, "more.txt")
        assert [mail.subject for mail in letters(market.femi)][-1:] == [
            "Clara Whitfield sent evidence · Website for a bakery"
        ]
        assert "brief.txt" in letters(market.femi)[-1].text
        assert not any(one.notice.file for one in told(market.clara))
        browser = browser_of(market.femi)
        assert "Clara Whitfield sent evidence Website for a bakery New brief.txt" in words(browser.get("/notices"))
        browser.get(f"/contracts/{contract.id}")
        evidence(contract, market.clara, Role.CLIENT, "last.txt")
        assert [one.notice.file.name for one in told(market.femi) if one.notice.file] == ["brief.txt", "last.txt"]

    def test_of_a_mediator_is_told_to_both_sides(self, contract: Contract, market: Market, mina: Person) -> None:
        evidence(contract, mina, Role.MEDIATOR)
        for who in (market.clara, market.femi):
            assert told(who)[-1].notice.file is not None

    def test_sent_again_under_its_key_is_told_once(self, market: Market) -> None:
        contract = market.submitted("500.00")
        for _ in range(2):
            sent = Upload("a.txt", "", io.BytesIO(b"Blue."))
            receive(contract, str(market.clara.pk), Role.CLIENT, sent, Aim(purpose="evidence"), NOW, "key")
            browser_of(market.femi).get(f"/contracts/{contract.id}")
        assert len([one for one in told(market.femi) if one.notice.file]) == 1


class TestChoices:
    def test_of_mediation_are_for_mediators(self, market: Market, mina: Person) -> None:
        assert MEDIATION.title in words(browser_of(mina).get("/notices/settings"))
        assert MEDIATION.title not in words(browser_of(market.clara).get("/notices/settings"))
        assert isinstance(choose(str(market.clara.pk), {"mediation": Ways(email=False)}), Refused)

    def test_turn_off_the_mails(self, market: Market, mina: Person) -> None:
        choose(str(mina.pk), {"mediation": Ways(email=False)})
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        contract = market.do(
            contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="It is done."
        )
        market.do(contract, "answer_dispute", Role.CLIENT, note="It is late.")
        assert letters(mina) == []
        assert len(told(mina)) == 1


class TestDeadlinesOfTheWeek:
    def test_remind_the_freelancer_before_the_lock_and_the_client_before_the_end_of_the_review(
        self, market: Market
    ) -> None:
        contract = market.hourly("40.00")
        advance(NOW + timedelta(days=1))
        market.log(contract, NOW, 60)
        locks = NOW.replace(hour=12) + timedelta(days=7)
        advance(locks + timedelta(days=5))
        reminders = [(who, one) for who in (market.femi, market.clara) for one in told(who) if one.clock]
        assert [(who.name, one.clock and one.clock.action, one.notice.at) for who, one in reminders] == [
            ("Femi Adeyemi", "week_closes", locks - timedelta(days=1)),
            ("Clara Whitfield", "review_ends", locks + timedelta(days=2)),
            ("Clara Whitfield", "review_ends", locks + timedelta(days=3, hours=11, minutes=59, seconds=59)),
        ]
        assert {one.notice.kind for _, one in reminders} == {"hours"}
        subject = "On Mon 30 Nov, 13:00 WAT: The week of 23 Nov 2026 is closed"
        [mail] = [mail for mail in letters(market.femi) if mail.subject.startswith(subject)]
        assert "You can still enter or delete hours until Mon 30 Nov 2026, 13:00 WAT" in mail.text

    def test_lead_to_the_page_on_which_that_is_done(self, market: Market) -> None:
        contract = market.hourly("40.00")
        advance(NOW + timedelta(days=1))
        market.log(contract, NOW, 60)
        advance(NOW.replace(hour=12) + timedelta(days=10))
        closes = next(one for one in told(market.femi) if one.clock)
        ends = next(one for one in told(market.clara) if one.clock)
        for who, one, page in ((market.femi, closes, "diary"), (market.clara, ends, "hours/dispute")):
            place = f"/contracts/{contract.id}/{page}?week=2026-11-23"
            mail = next(mail for mail in letters(who) if mail.message_id.startswith(f"<notice-{one.notice.pk}@"))
            assert place in mail.text
            assert place in mail.html
            assert f'<a href="{settings.BASE_URL}/contracts/{contract.id}">' in mail.html
            assert place in browser_of(who).get("/notices").content.decode()
            assert browser_of(who).get(place).status_code == 200

    @pytest.mark.parametrize(("by", "action"), [(Role.FREELANCER, "end"), (Role.CLIENT, "pause")])
    def test_remind_nobody_of_hours_where_none_can_be_entered(self, market: Market, by: Role, action: str) -> None:
        contract = market.hourly("40.00")
        advance(NOW + timedelta(days=1))
        contract = market.log(contract, NOW, 60)
        market.do(contract, action, by, **({"reason": "other"} if action == "end" else {}))
        advance(NOW + timedelta(days=7))
        assert not any(one.clock for one in told(market.femi))

    def test_remind_nobody_of_a_week_in_which_the_first_hour_comes_too_late(self, market: Market) -> None:
        contract = market.hourly("40.00")
        advance(NOW + timedelta(days=6.5))
        market.log(contract, NOW, 60)
        advance(NOW + timedelta(days=7))
        assert not any(one.clock for one in told(market.femi))
