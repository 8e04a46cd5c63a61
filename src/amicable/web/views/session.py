"""Signing in and out. In the sandbox the demo's people sign in with one press."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from amicable.people.models import Person
from amicable.web.viewer import searched

DEMO_PEOPLE = 12


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not belong together. Check both and try again.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.input_type = "email"
        self.fields["username"].error_messages["required"] = "Write the e-mail address of your account."
        self.fields["password"].error_messages["required"] = "Write your password."


class SignIn(LoginView):
    """The page on which people sign in."""

    template_name = "web/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The form and, in the sandbox, the people of the demo."""
        return super().get_context_data(demo_people=_demo_people() if settings.SANDBOX else [], **context)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """The form anew, with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view(next_page="web:sign_in")


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people. There is none outside the sandbox."""
    if not settings.SANDBOX:
        raise Http404("This is not a demo.")
    person = get_object_or_404(_demo_people(), email=searched(request.POST, "email"))
    login(request, person)
    return redirect("web:contracts")


def _demo_people() -> QuerySet[Person]:
    """Those who could sign in with a password: people made by programs over the API cannot."""
    can_sign_in = Person.objects.filter(is_active=True).exclude(password__startswith="!")
    first = can_sign_in.order_by("id").values("id")[:DEMO_PEOPLE]
    return Person.objects.filter(id__in=first).order_by("id")
