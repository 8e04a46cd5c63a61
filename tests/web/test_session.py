"""Signing in and out."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from amicable.people.models import Person
from market import browser_of, person
from pages import words

pytestmark = pytest.mark.django_db
SIGN_IN, SIGN_IN_AS, CONTRACTS = "/sign-in", "/sign-in/demo", "/contracts"


@pytest.fixture
def jonas() -> Person:
    return Person.objects.create_person(
        name="Jonas Weber", email="jonas@example.org", roles=["client"], password="a good one"
    )


def signed_in(browser: Client) -> bool:
    return browser.get(CONTRACTS).status_code == 200


def test_the_first_page_leads_to_the_contracts_and_they_to_signing_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == CONTRACTS
    assert client.get(CONTRACTS).headers["Location"] == f"{SIGN_IN}?next={CONTRACTS}"


@pytest.mark.usefixtures("jonas")
def test_by_e_mail_in_any_case_and_password_leads_to_where_one_wanted_to_go(client: Client) -> None:
    form = {"username": "Jonas@Example.org", "password": "a good one", "next": "/offers/new"}
    assert client.post(SIGN_IN, form).headers["Location"] == "/offers/new"
    assert signed_in(client)


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("jonas@example.org", "another", "do not belong together"),
        ("nobody@example.org", "a good one", "do not belong together"),
        ("jonas@example.org", "", "Write your password."),
        ("", "a good one", "Write the e-mail address of your account."),
        ("jonas\x00@example.org", "a good one", "Null characters are not allowed."),
    ],
)
@pytest.mark.usefixtures("jonas")
def test_says_what_is_wrong_and_signs_nobody_in(client: Client, email: str, password: str, said: str) -> None:
    page = client.post(SIGN_IN, {"username": email, "password": password})

    assert page.status_code == 422
    assert said in words(page)
    assert not signed_in(client)


@pytest.mark.usefixtures("jonas")
def test_never_leads_to_another_site(client: Client) -> None:
    form = {"username": "jonas@example.org", "password": "a good one", "next": "https://example.net/"}
    assert client.post(SIGN_IN, form).headers["Location"] == "/"


def test_out_ends_the_session_and_is_done_by_pressing_only(jonas: Person) -> None:
    browser = browser_of(jonas)
    assert browser.get("/sign-out").status_code == 405
    browser.post("/sign-out")
    assert not signed_in(browser)


def test_in_the_demo_takes_one_press_for_whoever_has_a_password(client: Client, jonas: Person) -> None:
    program = person("Robot Number Seven", "client")
    page = words(client.get(SIGN_IN))
    assert "Jonas Weber" in page
    assert program.name not in page

    assert client.post(SIGN_IN_AS, {"email": program.email}).status_code == 404
    assert not signed_in(client)
    client.post(SIGN_IN_AS, {"email": jonas.email})
    assert signed_in(client)


def test_outside_the_sandbox_nobody_signs_in_without_a_password(
    client: Client, jonas: Person, settings: LazySettings
) -> None:
    settings.SANDBOX = False
    assert "Jonas Weber" not in words(client.get(SIGN_IN))
    assert client.post(SIGN_IN_AS, {"email": jonas.email}).status_code == 404
    assert not signed_in(client)


def test_a_page_from_before_signing_in_does_nothing_and_says_so(jonas: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(jonas)
    page = browser.post(reverse("web:offer"), {"title": "A website"})

    assert page.status_code == 403
    assert "Nothing was done" in words(page)


def test_the_icon_is_where_programs_look_for_one_that_do_not_read_the_page(client: Client) -> None:
    page = client.get("/sign-in").content.decode()
    icon = client.get("/favicon.ico").headers["Location"]

    assert f'<link rel="icon" href="{icon}" type="image/svg+xml">' in page
    found = client.get(icon)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "image/svg+xml")
