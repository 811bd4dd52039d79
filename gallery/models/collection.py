"""Collections, their owners and their members: the basis of every permission."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.models.people import Viewer, person_id, sees_everything


class Visibility(models.TextChoices):
    """Who may see a collection and everything in it."""

    PUBLIC = "public", _("Public: anyone")
    PRIVATE = "private", _("Private: the owner, members and administrators")


class Role(models.TextChoices):
    """What a member may do: view; add and edit pictures; manage the collection and its members."""

    VIEWER = "viewer", _("Viewer")
    CONTRIBUTOR = "contributor", _("Contributor")
    MANAGER = "manager", _("Manager")


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Reads about permissions. Each is an SQL predicate, without joins that duplicate rows."""

    def _where_member(self, viewer: Viewer, *, roles: tuple[Role, ...] | None) -> Self:
        person = person_id(viewer)
        if person is None:
            return self.none()
        if sees_everything(viewer):
            return self.all()
        memberships = Membership.objects.filter(person_id=person)
        if roles is not None:
            memberships = memberships.filter(role__in=roles)
        return self.filter(Q(owner_id=person) | Q(pk__in=memberships.values("collection_id")))

    def visible_to(self, viewer: Viewer) -> Self:
        """Collections that are public, or that the viewer owns or belongs to; all for an
        administrator."""
        person = person_id(viewer)
        public = Q(visibility=Visibility.PUBLIC)
        if person is None:
            return self.filter(public)
        if sees_everything(viewer):
            return self.all()
        joined = Membership.objects.filter(person_id=person).values("collection_id")
        return self.filter(public | Q(owner_id=person) | Q(pk__in=joined))

    def open_to_uploads_by(self, viewer: Viewer) -> Self:
        """Collections in which the viewer may add and edit pictures."""
        return self._where_member(viewer, roles=(Role.CONTRIBUTOR, Role.MANAGER))

    def named(self, name: str) -> Self:
        """Collections with this name, in any case."""
        folded = self.alias(folded_name=Lower("name"))
        return folded.filter(folded_name=Lower(Value(name)))

    def managed_by(self, viewer: Viewer) -> Self:
        """Collections whose settings and members the viewer may change."""
        return self._where_member(viewer, roles=(Role.MANAGER,))


class Collection(models.Model):
    """A named set of pictures with one owner. Its visibility decides who sees its pictures."""

    name = models.CharField(max_length=120, verbose_name=_("name"))
    slug = models.SlugField(max_length=80, unique=True, verbose_name=_("address"))
    description = models.TextField(blank=True, max_length=2000, verbose_name=_("description"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="collections",
        verbose_name=_("owner"),
    )
    visibility = models.CharField(
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.PRIVATE,
        verbose_name=_("visible to"),
    )
    cover = models.ForeignKey(
        "gallery.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cover"),
    )
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("created"))

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="collection_name_once",
                violation_error_message=_("You already have a collection with that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the collection's page."""
        return reverse("gallery:collection", kwargs={"slug": self.slug})

    @property
    def is_public(self) -> bool:
        """True when anyone may see it."""
        return self.visibility == Visibility.PUBLIC


class Membership(models.Model):
    """One person's role in one collection. The owner needs none."""

    collection = models.ForeignKey(
        Collection,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("collection"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(
        max_length=12, choices=Role.choices, default=Role.VIEWER, verbose_name=_("role")
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "person"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(collection)s: %(person)s, %(role)s") % {
            "person": self.person,
            "role": self.get_role_display(),
            "collection": self.collection,
        }
