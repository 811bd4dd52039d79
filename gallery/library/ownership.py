"""Handing a collection over to somebody else."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gallery.models import Collection


@transaction.atomic
def hand_over_collection(collection: Collection, *, to: AbstractBaseUser) -> None:
    """Makes a person the owner. Their membership ends, an owner needs none; the owner before
    keeps no role unless one is given."""
    collection.owner_id = to.pk
    collection.save(update_fields=["owner"])
    collection.memberships.filter(person_id=to.pk).delete()
