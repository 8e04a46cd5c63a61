"""The registry: who can do what in which state, what each action takes, and what happens by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jsonschema_rs
import pytest

from amicable.rules.clocks import clocks
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import Role
from amicable.rules.policy import Policy
from amicable.rules.registry import ACTIONS, act, action
from amicable.rules.timeline import RulesFault, buttons, strike, timeline
from amicable.rules.wording import say
from rules.gallery import ALL, STATES
from rules.play import PEOPLE, Play, days
from rules.sensible import ANSWERING, First, sensible

OPEN = {
    "offered": ("withdraw extend_clock propose_terms", "accept decline propose_terms", ""),
    "declined": ("", "", ""),
    "withdrawn": ("", "", ""),
    "expired": ("", "", ""),
    "active": ("fund end propose_cancellation pay propose_terms", "end propose_cancellation propose_terms", ""),
    "funding": ("propose_cancellation propose_terms", "propose_cancellation propose_terms", ""),
    "funded": (
        "approve end propose_cancellation open_dispute pay propose_terms",
        "submit end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "submitted": (
        "request_changes approve end propose_cancellation open_dispute pay propose_terms",
        "submit end propose_cancellation open_dispute extend_clock propose_terms",
        "",
    ),
    "paid in part": (
        "fund approve request_refund end propose_cancellation open_dispute pay propose_terms",
        "submit give_refund end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "paid by silence": (
        "fund request_refund end propose_cancellation open_dispute pay propose_terms",
        "give_refund end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "asked back": (
        "approve request_refund open_dispute extend_clock pay",
        "accept_refund decline_refund give_refund open_dispute",
        "",
    ),
    "asked back while paying": ("approve extend_clock", "decline_refund open_dispute", ""),
    "disputed": (
        "answer_dispute concede_dispute pay offer_settlement",
        "concede_dispute withdraw_dispute extend_clock offer_settlement",
        "ask",
    ),
    "answered": (
        "concede_dispute pay offer_settlement",
        "concede_dispute withdraw_dispute offer_settlement",
        "ask propose_split decide",
    ),
    "decided": ("concede_dispute appeal pay offer_settlement", "concede_dispute appeal offer_settlement", ""),
    "opened by the client": (
        "fund end concede_dispute withdraw_dispute extend_clock pay offer_settlement propose_terms",
        "end answer_dispute concede_dispute offer_settlement propose_terms",
        "ask",
    ),
    "in dispute in part": (
        "request_changes approve end open_dispute concede_dispute withdraw_dispute extend_clock pay "
        "offer_settlement propose_terms",
        "submit end open_dispute answer_dispute concede_dispute extend_clock offer_settlement propose_terms",
        "ask",
    ),
    "about what was paid": (
        "fund request_refund end propose_cancellation open_dispute concede_dispute withdraw_dispute "
        "extend_clock pay offer_settlement propose_terms",
        "give_refund end propose_cancellation open_dispute answer_dispute concede_dispute "
        "offer_settlement propose_terms",
        "ask",
    ),
    "withdrawn by the client": (
        "request_changes approve end propose_cancellation pay propose_terms",
        "submit end propose_cancellation open_dispute extend_clock propose_terms",
        "",
    ),
    "contested and withdrawn": ("approve extend_clock pay", "accept_refund", ""),
    "about what was paid, and withdrawn": (
        "fund request_refund end propose_cancellation open_dispute pay propose_terms",
        "give_refund end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "offers crossing": (
        "concede_dispute pay offer_settlement accept_settlement",
        "concede_dispute withdraw_dispute offer_settlement accept_settlement",
        "ask propose_split decide",
    ),
    "small claim": (
        "answer_dispute concede_dispute pay offer_settlement accept_settlement",
        "answer_dispute concede_dispute withdraw_dispute offer_settlement accept_settlement",
        "ask propose_split decide",
    ),
    "asked by a mediator": (
        "answer_dispute concede_dispute pay offer_settlement",
        "answer_dispute concede_dispute withdraw_dispute offer_settlement",
        "ask propose_split decide",
    ),
    "split proposed": (
        "concede_dispute accept_split pay offer_settlement",
        "concede_dispute withdraw_dispute accept_split offer_settlement",
        "ask propose_split decide",
    ),
    "split accepted by one": (
        "concede_dispute pay offer_settlement",
        "concede_dispute withdraw_dispute accept_split offer_settlement",
        "ask propose_split decide",
    ),
    "appealed": (
        "concede_dispute pay offer_settlement",
        "concede_dispute offer_settlement",
        "ask propose_split decide",
    ),
    "appealed from this mediator": ("concede_dispute pay offer_settlement", "concede_dispute offer_settlement", ""),
    "taken back by the bank": (
        "fund end concede_dispute extend_clock pay offer_settlement propose_terms",
        "end answer_dispute concede_dispute offer_settlement propose_terms",
        "ask",
    ),
    "won back from the bank": (
        "approve end propose_cancellation open_dispute pay propose_terms",
        "submit end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "lost to the bank": (
        "fund end concede_dispute extend_clock pay offer_settlement propose_terms",
        "end answer_dispute concede_dispute offer_settlement propose_terms",
        "ask",
    ),
    "in review": ("approve end open_dispute pay", "open_dispute extend_clock", ""),
    "in review after a dispute": ("approve end open_dispute pay", "extend_clock", ""),
    "ended unpaid": ("leave_feedback pay propose_reopening", "leave_feedback propose_reopening", ""),
    "ended paid": (
        "request_refund open_dispute leave_feedback pay propose_reopening",
        "give_refund open_dispute leave_feedback propose_reopening",
        "",
    ),
    "ended with sealed feedback": (
        "request_refund open_dispute pay propose_reopening",
        "give_refund open_dispute leave_feedback propose_reopening",
        "",
    ),
    "ended with feedback of one": (
        "request_refund open_dispute pay propose_reopening",
        "give_refund open_dispute respond_feedback unlock_feedback propose_reopening",
        "",
    ),
    "ended with feedback of both": (
        "request_refund open_dispute respond_feedback unlock_feedback pay propose_reopening",
        "give_refund open_dispute respond_feedback unlock_feedback propose_reopening",
        "",
    ),
    "ended with feedback unlocked": (
        "request_refund open_dispute respond_feedback unlock_feedback edit_feedback pay propose_reopening",
        "give_refund open_dispute respond_feedback propose_reopening",
        "",
    ),
    "hours offered": ("withdraw extend_clock propose_terms", "accept decline propose_terms", ""),
    "hours": (
        "end propose_cancellation set_weekly_limit allow_manual_time pause pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours logged": (
        "end propose_cancellation set_weekly_limit allow_manual_time pause pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours by hand": (
        "end propose_cancellation set_weekly_limit forbid_manual_time pause pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours by hand and paused": (
        "end propose_cancellation set_weekly_limit forbid_manual_time resume pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours paused": (
        "end propose_cancellation set_weekly_limit allow_manual_time resume pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours billed": (
        "end propose_cancellation set_weekly_limit allow_manual_time pause propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours unpaid": (
        "end propose_cancellation set_weekly_limit allow_manual_time pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours in review": (
        "end propose_cancellation set_weekly_limit allow_manual_time pause dispute_hours pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours paid": (
        "request_refund end propose_cancellation open_dispute set_weekly_limit allow_manual_time pause pay "
        "propose_terms",
        "give_refund end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "hours disputed": (
        "end propose_cancellation extend_clock set_weekly_limit allow_manual_time pause withdraw_hours_dispute pay "
        "propose_terms",
        "end propose_cancellation accept_hours_dispute contest_hours_dispute propose_terms",
        "",
    ),
    "hours contested": (
        "end propose_cancellation concede_dispute withdraw_dispute set_weekly_limit allow_manual_time pause pay "
        "offer_settlement propose_terms",
        "end propose_cancellation concede_dispute offer_settlement propose_terms",
        "ask propose_split decide",
    ),
    "hours contested and withdrawn": (
        "end propose_cancellation set_weekly_limit allow_manual_time pause dispute_hours pay propose_terms",
        "end propose_cancellation propose_terms",
        "",
    ),
    "hours disputed after review": (
        "request_refund end propose_cancellation open_dispute concede_dispute withdraw_dispute "
        "set_weekly_limit allow_manual_time pause pay offer_settlement propose_terms",
        "give_refund end propose_cancellation open_dispute concede_dispute offer_settlement propose_terms",
        "ask propose_split decide",
    ),
    "hours ended while disputed": (
        "extend_clock withdraw_hours_dispute pay",
        "accept_hours_dispute contest_hours_dispute",
        "",
    ),
    "hours ended": ("leave_feedback pay propose_reopening", "leave_feedback propose_reopening", ""),
    "terms proposed": (
        "approve end propose_cancellation open_dispute pay propose_terms accept_terms decline_terms",
        "submit end propose_cancellation open_dispute propose_terms withdraw_terms",
        "",
    ),
    "terms raised": (
        "fund approve end propose_cancellation open_dispute pay propose_terms",
        "submit end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "no rounds left": (
        "approve end propose_cancellation open_dispute pay propose_terms",
        "submit end propose_cancellation open_dispute extend_clock propose_terms",
        "",
    ),
    "two cancellations": (
        "approve end propose_cancellation accept_cancellation decline_cancellation withdraw_cancellation "
        "open_dispute pay propose_terms",
        "submit end propose_cancellation accept_cancellation decline_cancellation withdraw_cancellation "
        "open_dispute propose_terms",
        "",
    ),
    "refund requested": (
        "fund approve withdraw_refund end propose_cancellation open_dispute pay propose_terms",
        "submit accept_refund decline_refund give_refund end propose_cancellation open_dispute propose_terms",
        "",
    ),
    "reopening asked": (
        "request_refund open_dispute leave_feedback pay propose_reopening accept_reopening decline_reopening",
        "give_refund open_dispute leave_feedback propose_reopening withdraw_reopening",
        "",
    ),
    "soon dormant": (
        "approve end propose_cancellation open_dispute keep_escrow pay propose_terms",
        "submit end propose_cancellation open_dispute keep_escrow propose_terms",
        "",
    ),
    "dormant": (
        "approve end propose_cancellation open_dispute keep_escrow pay propose_terms",
        "submit end propose_cancellation open_dispute keep_escrow propose_terms",
        "",
    ),
    "dormant for the freelancer": (
        "approve end propose_cancellation open_dispute keep_escrow pay propose_terms",
        "submit end propose_cancellation open_dispute keep_escrow propose_terms",
        "",
    ),
    "ended a year ago": ("", "", ""),
}
ROLES = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR)


def cells() -> Iterator[tuple[str, Play, Role, str]]:
    """Every state, side and action of people."""
    for state, play in STATES.items():
        for by in ROLES:
            for name, known in ACTIONS.items():
                if not known.is_automatic:
                    yield state, play(), by, name


@pytest.mark.parametrize("state", STATES)
def test_in_every_state_each_side_is_offered_what_it_can_do(state: str) -> None:
    play = STATES[state]()
    offered = [
        {name for name, why_not in buttons(play.contract, by, play.at, PEOPLE[by]) if why_not is None} for by in ROLES
    ]
    assert offered == [set(names.split()) for names in OPEN[state]]


def test_every_state_is_spoken_for() -> None:
    assert set(OPEN) == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_works_and_what_is_not_is_refused_with_the_same_words(state: str) -> None:
    play = STATES[state]()
    before = play.contract
    for by in ROLES:
        for name, why_not in buttons(play.contract, by, play.at, PEOPLE[by]):
            result = play.ask(by, name, **sensible(name, play.contract, First(), by))
            if why_not is None:
                assert isinstance(result, Outcome), f"{name} by {by} is offered and refused"
                assert result.contract.version == before.version + (not result.is_sealed)
                assert result.explanation
            else:
                assert isinstance(result, Refused), f"{name} by {by} is not offered and works"
                assert result == why_not
                assert result.reason.tell()
    assert play.contract == before


@pytest.mark.parametrize("state", ALL)
def test_what_can_be_taken_back_alone_can_be_as_soon_as_it_is_done(state: str) -> None:
    play = ALL[state]()
    for by in ROLES:
        for name, why_not in buttons(play.contract, by, play.at, PEOPLE[by]):
            undo = ACTIONS[name].undone_by
            if why_not is None and undo:
                done = play.ask(by, name, **sensible(name, play.contract, First(), by))
                assert isinstance(done, Outcome)
                opens = name != "decline_refund" or done.contract.open_disputes != play.contract.open_disputes
                is_open = ACTIONS[undo].why_not(done.contract, by, play.at, PEOPLE[by]) is None
                assert is_open or not opens, f"{name} by {by} is undone by {undo}"


@pytest.mark.parametrize("state", ALL)
def test_nobody_can_do_by_hand_what_happens_by_itself(state: str) -> None:
    play = ALL[state]()
    for name, known in ACTIONS.items():
        if known.is_automatic:
            for by in ROLES:
                assert play.refused(by, name).kind == Kind.ROLE


@pytest.mark.parametrize("state", ALL)
def test_every_clock_strikes_on_its_time_and_does_what_it_says(state: str) -> None:
    play = ALL[state]()
    for clock in clocks(play.contract):
        assert ACTIONS[clock.action].is_automatic
        assert clock.at > play.at
        assert clock.explanation.tell()
        if not play.contract.is_charging:
            assert isinstance(play.ask(Role.NOBODY, clock.action, **clock.params), Outcome)


def test_everything_automatic_is_reached_by_a_clock_or_by_the_card_or_its_bank() -> None:
    struck = {outcome.action for state in STATES.values() for outcome in timeline(state().contract)}
    sealed = STATES["ended with sealed feedback"]()
    struck |= {outcome.action for outcome in timeline(sealed.contract, until=sealed.at + days(14))}
    struck |= {"offer_expires", "charge_succeeded", "charge_failed", "week_unpaid", "week_retried"}
    struck |= {"charge_disputed", "chargeback_won", "chargeback_lost"}
    assert struck == {name for name, known in ACTIONS.items() if known.is_automatic}


def test_every_schema_is_one_and_takes_what_makes_sense_and_nothing_unknown() -> None:
    for state, play, by, name in cells():
        schema = ACTIONS[name].schema(play.contract)
        assert jsonschema_rs.meta.is_valid(schema), f"{name}, {state}"
        takes = jsonschema_rs.validator_for(schema)
        if ACTIONS[name].why_not(play.contract, by, play.at) is None:
            params = sensible(name, play.contract, First(), by)
            takes.validate(params)
            assert not takes.is_valid({**params, "unknown": "1"})


@pytest.mark.parametrize(
    ("currency", "good", "bad"), [("USD", "1.25", "1.255"), ("JPY", "5", "5.0"), ("KWD", "1.255", "1.2555")]
)
def test_a_schema_knows_the_decimals_of_the_currency(currency: str, good: str, bad: str) -> None:
    takes = jsonschema_rs.validator_for(ACTIONS["pay"].schema(Play("10", currency=currency).contract))
    assert takes.is_valid({"amount": good, "note": "Thanks."})
    for amount in (bad, "-1", "NaN", "", 5):
        assert not takes.is_valid({"amount": amount, "note": "Thanks."})


def test_a_schema_offers_the_milestones_and_proposals_that_make_sense_now() -> None:
    play = Play("1.00", "2.00").funded(2)
    assert ACTIONS["fund"].schema(play.contract)["properties"]["milestone"]["enum"] == [play.id(1)]
    assert ACTIONS["submit"].schema(play.contract)["properties"]["milestone"]["enum"] == [play.id(2)]
    play.asked_back()
    assert ACTIONS["accept_refund"].schema(play.contract)["properties"]["proposal"]["enum"] == [play.request()]


def test_a_schema_offers_each_side_the_milestones_that_it_can_dispute() -> None:
    play = Play("1.00", "2.00", policy=Policy(milestones_funded_at_once=2)).submitted().funded(2)
    play.client("open_dispute", reason="It is late.", about="escrow", milestone=play.id(1))
    play.client("withdraw_dispute")
    assert _milestones_to_dispute(play, Role.CLIENT) == [play.id(2)]
    assert _milestones_to_dispute(play, Role.FREELANCER) == [play.id(1), play.id(2)]
    play.freelancer("open_dispute", reason="It is done.", about="escrow", milestone=play.id(2))
    assert _milestones_to_dispute(play, Role.FREELANCER) == [play.id(1)], "what is in dispute is so already"


def _milestones_to_dispute(play: Play, by: Role) -> list[str]:
    found = ACTIONS["open_dispute"].schema(play.contract, by)["properties"]["milestone"]["enum"]
    return list(found)


def test_descriptions_are_words_and_no_templates() -> None:
    contract = Play("1.00").contract
    for known in ACTIONS.values():
        assert "{" not in known.does
        for schema in known.schema(contract)["properties"].values():
            assert schema["description"]
            assert "{" not in schema["description"]


@pytest.mark.parametrize("name", ["accept", "decline", "withdraw", "approve", "end", "decline_refund", *ANSWERING])
def test_an_answer_takes_a_note_that_may_be_left_out(name: str) -> None:
    schema = ACTIONS[name].schema(Play("1.00").contract)
    assert "note" in schema["properties"]
    assert "note" not in schema["required"]


def test_every_bad_field_is_named_at_once() -> None:
    refused = Play("1.00").accepted().refused(Role.CLIENT, "pay", amount="lots", why="?")
    assert [name for name, _ in refused.errors] == ["why", "amount", "note"]


def test_there_is_one_action_of_a_name() -> None:
    with pytest.raises(ValueError, match="two actions named accept"):
        action(Role.CLIENT, does="again", guard=lambda *_: None)(ACTIONS["accept"].do)


def test_no_action_has_an_unknown_name() -> None:
    play = Play("1.00")
    with pytest.raises(KeyError):
        act(play.contract, "explode", {}, by=Role.CLIENT, at=play.at)


def test_ids_follow_from_the_contract_so_that_a_preview_names_those_of_the_deed() -> None:
    play = Play("1.00", "2.00").submitted()
    seen = play.ask(Role.CLIENT, "end", reason="other", escrow={"release": "0.40"})
    done = play.ask(Role.CLIENT, "end", reason="other", escrow={"release": "0.40"})
    assert seen == done
    later = play.do(Role.CLIENT, "end", reason="other", escrow={"release": "0.40"})
    ids = [payment.id for payment in later.contract.payments] + [proposal.id for proposal in later.contract.proposals]
    ids += [milestone.id for milestone in later.contract.milestones]
    assert len(set(ids)) == len(ids) == 4
    assert all(id_[14] == "7" and id_[19] in "89ab" for id_ in ids), "UUIDv7"


def test_a_timeline_that_contradicts_the_rules_is_a_fault_and_not_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    no = Refused("no", say("No."))
    monkeypatch.setitem(ACTIONS, "offer_expires", replace(ACTIONS["offer_expires"], guard=lambda *_: no))
    with pytest.raises(RulesFault, match=r"offer_expires .* is refused: no"):
        strike(Play("1.00").contract)


def test_a_timeline_that_does_not_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amicable.rules.timeline.MAX_STEPS", 1)
    play = Play("1.00").submitted()
    play.wait(days(1))
    with pytest.raises(RulesFault, match="does not end"):
        timeline(play.contract)


def test_nothing_strikes_where_no_clock_runs() -> None:
    assert strike(Play("1.00").accepted().contract) is None


def test_who_acts_is_on_record() -> None:
    outcome = Play("1.00").accepted().client("end", reason="other", note="So long.")
    assert (outcome.actor, outcome.by, outcome.params) == (
        PEOPLE[Role.CLIENT],
        Role.CLIENT,
        {"reason": "other", "note": "So long."},
    )
