"""Who signs in: clients, freelancers, mediators and operators."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

ROLES = ("client", "freelancer", "mediator", "operator")


class PersonManager(BaseUserManager["Person"]):
    """Creates people with a usable or an unusable password."""

    def create_person(self, *, name: str, email: str, roles: list[str], password: str | None = None) -> Person:
        """Store and return a person; `password=None` means they can only come by API token."""
        person = self.model(name=name, email=self.normalize_email(email).lower(), roles=roles)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def with_role(self, role: str) -> models.QuerySet[Person]:
        """Who plays `role`, one of ROLES, and can sign in; oldest first."""
        return self.filter(is_active=True, roles__contains=[role]).order_by("id")

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find a person by e-mail address, whatever its case."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """A person with the roles they play. Somebody may be a client and a freelancer at once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    roles = models.JSONField(default=list)
    time_zone = models.CharField(max_length=64, default="UTC")
    member_since = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    is_named = models.BooleanField(default=False, db_default=False)
    """Whether the person agrees to be named on the public profiles of those they worked with."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(roles__contains=["mediator"]), name="person_mediates")]

    def __str__(self) -> str:
        return self.name

    def has_role(self, role: str) -> bool:
        """Whether the person plays `role`, one of ROLES."""
        return role in self.roles


class Token(models.Model):
    """An API token. Only its SHA-256 is kept, so the books' database cannot be used to sign in."""

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def hash(token: str) -> str:
        """The hex digest under which `token` is kept."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, person: Person, token: str | None = None) -> str:
        """Give `person` a token, a new random one unless it is named, and return it; it cannot be shown again."""
        token = token or "amicable_" + secrets.token_urlsafe(32)
        cls.objects.create(digest=cls.hash(token), person=person)
        return token

    @classmethod
    def person_of(cls, token: str) -> Person | None:
        """Whose token this is, or None when nobody's."""
        row = cls.objects.select_related("person").filter(digest=cls.hash(token), person__is_active=True).first()
        return row.person if row else None
