"""What people are told over the interface, and how they choose to be told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amicable.talk.notices import deliver_pending
from callers import Caller, Json, move_clock, now, path_of, succeeded


def told(who: Caller) -> list[Json]:
    deliver_pending()
    return who.see("/me/notices?limit=200")["items"]  # type: ignore[no-any-return]


def after(days: float) -> str:
    return (datetime.fromisoformat(now()) + timedelta(days=days)).isoformat().replace("+00:00", "Z")


def test_who_did_not_do_it_is_told_newest_first(submitted: Json, clara: Caller, femi: Caller) -> None:
    handed_in, *_ = told(clara)
    assert (handed_in["what"], handed_in["kind"], handed_in["action"]) == ("event", "offers", "submit")
    assert handed_in["contract"] == {"id": submitted["id"], "title": submitted["title"]}
    assert "is handed in" in handed_in["text"]
    assert handed_in["read"] is False
    assert [one["action"] for one in told(femi)] == ["charge_succeeded", "offer"]
    assert told(femi)[0]["kind"] == "money"


def test_a_reminder_is_there_when_the_clock_has_moved(offered: Json, femi: Caller) -> None:
    end = after(7)
    move_clock(after(2))
    reminder = femi.see("/me/notices")["items"][0]
    assert (reminder["what"], reminder["kind"], reminder["action"]) == ("reminder", "disputes", "offer_expires")
    assert (reminder["at"], reminder["until"]) == (now(), end)
    assert reminder["contract"]["id"] == offered["id"]


def test_the_list_comes_page_by_page(submitted: Json, clara: Caller, femi: Caller) -> None:
    del clara
    whole = told(femi)
    first = femi.see("/me/notices?limit=1")
    rest = femi.see(f"/me/notices?limit=1&cursor={first['next']}")
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None
    assert submitted


def test_reading_marks_all_or_those_up_to_one(submitted: Json, femi: Caller) -> None:
    newer, older = told(femi)
    assert succeeded(femi.post("/me/notices/read", {"until": older["id"]})) == {"unread": 1}
    assert [one["read"] for one in told(femi)] == [False, True]
    assert succeeded(femi.post("/me/notices/read", {})) == {"unread": 0}
    assert newer["id"] > older["id"]
    assert submitted


def test_a_message_is_told_once_until_it_is_read(active: Json, clara: Caller, femi: Caller) -> None:
    told(femi)
    femi.post("/me/notices/read", {})
    for text in ("Hello", "Are you there?"):
        succeeded(clara.post(f"{path_of(active)}/messages", {"text": text}))
    newest, second = told(femi)[:2]
    assert (newest["what"], newest["kind"], second["what"]) == ("message", "messages", "event")
    assert "Hello" in newest["text"]
    assert not any(one["what"] == "message" for one in told(clara))
    femi.see(f"{path_of(active)}/messages")
    assert told(femi)[0]["read"] is True
    succeeded(clara.post(f"{path_of(active)}/messages", {"text": "And now?"}))
    assert told(femi)[0]["text"].endswith("And now?")


def test_a_mediator_is_told_of_what_waits_and_both_sides_of_evidence(
    submitted: Json, clara: Caller, femi: Caller, mo: Caller
) -> None:
    told(clara)
    disputed = clara.do(submitted, "open_dispute", about="escrow", reason="It is late.")["contract"]
    femi.do(disputed, "answer_dispute", note="It is not.")
    [waits] = told(mo)
    assert (waits["what"], waits["kind"], waits["action"]) == ("event", "mediation", "answer_dispute")
    assert "waits for a mediator, and nobody has it yet" in waits["text"]
    assert mo.see(path_of(waits["contract"]))["id"] == submitted["id"]

    succeeded(femi.upload(submitted, b"Mail of 3 May", "mail.txt", purpose="evidence"))
    came = told(clara)[0]
    assert (came["what"], came["kind"], came["read"]) == ("file", "disputes", False)
    assert came["text"] == "Femi Adeyemi sent evidence: mail.txt"
    clara.see(f"{path_of(submitted)}/files")
    assert told(clara)[0]["read"] is True


class TestChoices:
    def test_are_both_ways_at_first(self, clara: Caller) -> None:
        both = {"app": True, "email": True}
        kinds = ("money", "offers", "disputes", "hours", "messages", "summary")
        assert clara.see("/me/notice-settings") == dict.fromkeys(kinds, both)

    def test_of_mediation_are_for_mediators(self, clara: Caller, mo: Caller) -> None:
        quiet = {"app": True, "email": False}
        assert succeeded(mo.put("/me/notice-settings", {"mediation": quiet}))["mediation"] == quiet
        assert clara.put("/me/notice-settings", {"mediation": quiet}).wrong_fields == {"mediation"}

    def test_are_kept_and_the_others_stay(self, clara: Caller, offered: Json, femi: Caller) -> None:
        quiet = {"app": False, "email": False}
        assert succeeded(clara.put("/me/notice-settings", {"offers": quiet}))["offers"] == quiet
        assert succeeded(clara.put("/me/notice-settings", {"messages": quiet}))["offers"] == quiet
        femi.do(offered, "accept")
        succeeded(femi.post(f"{path_of(offered)}/messages", {"text": "Hello"}))
        assert told(clara) == []

    def test_do_not_turn_off_what_costs_money_to_miss(self, clara: Caller) -> None:
        reply = clara.put("/me/notice-settings", {"disputes": {"app": False, "email": True}})
        assert reply.wrong_fields == {"disputes.app"}
        assert clara.see("/me/notice-settings")["disputes"]["app"] is True

    @pytest.mark.parametrize(
        "body", [{"fun": {"app": True, "email": True}}, {"money": {"app": True}}, {"money": {"app": 5, "email": True}}]
    )
    def test_that_make_no_sense_are_refused(self, body: Json, clara: Caller) -> None:
        assert clara.put("/me/notice-settings", body).problem == (422, "invalid")
