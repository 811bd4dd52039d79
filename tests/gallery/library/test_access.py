"""Who may do what: every write of the library against every role, from one table."""

import ast
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from gallery.exceptions import NotAllowed
from gallery.library import collections, editing, members, moving, ownership, trash, undo
from gallery.library.access import check_may_manage, check_signed_in, system_actor
from gallery.library.changes import Change
from gallery.models import Image, Membership, Role
from gallery.models.people import sees_everything
from tests.factories import make_collection, make_image, make_person
from tests.source_tree import modules

ROLES = (
    "visitor", "nobody", "stranger", "viewer", "contributor", "manager", "owner",
    "inactive owner", "administrator", "system",
)  # fmt: skip
EDITORS = {"contributor", "manager", "owner", "administrator", "system"}
MANAGERS = {"manager", "owner", "administrator", "system"}
OWNERS = {"owner", "administrator", "system"}
ADMINISTRATORS = {"administrator", "system"}


class Scene:
    """A collection with a live picture and one in the trash, and someone in every role."""

    def __init__(self):
        self.owner = make_person("owner")
        self.collection = make_collection(self.owner, "Scene", visibility="public")
        self.other = make_collection(self.owner, "Other")
        self.empty = make_collection(self.owner, "Empty")
        self.image = make_image(self.collection, tags=["old"], caption="now")
        self.gone = make_image(self.collection, deleted_at=timezone.now() - timedelta(days=9))
        self.newcomer = make_person("newcomer")
        self.membership = Membership.objects.create(
            collection=self.collection, person=make_person("joined"), role=Role.VIEWER
        )

    @property
    def live(self):
        return Image.objects.filter(pk=self.image.pk)

    def person(self, role):
        if role in {"visitor", "nobody", "system"}:
            return {"visitor": AnonymousUser(), "nobody": None, "system": system_actor()}[role]
        if role == "owner":
            return self.owner
        if role == "inactive owner":
            self.owner.is_active = False
            self.owner.save()
            return self.owner
        person = make_person(role, is_superuser=role == "administrator")
        if role in Role.values:
            for one in (self.collection, self.other, self.empty):
                Membership.objects.create(collection=one, person=person, role=role)
        return person

    def change(self, kind, **fields):
        return Change(kind=kind, ids=(self.image.pk,), **fields)

    def undo_trash(self, by):
        stamp = self.gone.deleted_at.isoformat()
        undo.undo_change(Change(kind="trash", ids=(self.gone.pk,), stamp=stamp), by=by)

    def undo_move(self, by):
        Image.objects.filter(pk=self.image.pk).update(collection=self.other)
        sources = {self.collection.pk: (self.image.pk,)}
        undo.undo_change(self.change("move", target=self.other.pk, sources=sources), by=by)


SETTINGS = {"name": "Scene", "description": "", "visibility": "public", "cover": None}
# Each write: who may do it, and how it is done.
WRITES = {
    "create a collection for its owner": (
        OWNERS, lambda on, by: collections.create_collection(on.owner, by=by, name="New")),
    "update a collection": (
        MANAGERS, lambda on, by: collections.update_collection(on.collection, by=by, **SETTINGS)),
    "delete a collection": (
        MANAGERS, lambda on, by: collections.delete_collection(on.empty, by=by)),
    "add a member": (
        MANAGERS,
        lambda on, by: members.add_member(
            on.collection, username="newcomer", role="viewer", by=by)),
    "set a role": (
        MANAGERS,
        lambda on, by: members.set_role(on.collection, person=on.newcomer, role="viewer", by=by)),
    "remove a member": (
        MANAGERS,
        lambda on, by: members.remove_member(
            on.collection, membership_id=on.membership.pk, by=by)),
    "hand over a collection": (
        OWNERS,
        lambda on, by: ownership.hand_over_collection(on.collection, to=on.newcomer, by=by)),
    "hand over everything": (
        ADMINISTRATORS,
        lambda on, by: ownership.hand_over_everything(on.owner, to=on.newcomer, by=by)),
    "edit a picture": (
        EDITORS, lambda on, by: editing.edit_image(on.image, by=by, title="New")),
    "tag": (EDITORS, lambda on, by: editing.tag_images(on.live, by=by, tags=["new"])),
    "untag": (EDITORS, lambda on, by: editing.untag_images(on.live, by=by, tags=["old"])),
    "caption": (
        EDITORS, lambda on, by: editing.caption_images(on.live, by=by, caption="x", replace=True)),
    "move": (EDITORS, lambda on, by: moving.move_images(on.live, to=on.other, by=by)),
    "trash": (EDITORS, lambda on, by: trash.trash_images(on.live, by=by)),
    "restore": (EDITORS, lambda on, by: trash.restore_images(Image.objects.trashed(), by=by)),
    "purge": (EDITORS, lambda on, by: trash.purge_images(Image.objects.trashed(), by=by)),
    "purge the trash of the site": (
        ADMINISTRATORS, lambda on, by: trash.purge_trash(older_than_days=1, by=by)),
    "undo trashing": (EDITORS, lambda on, by: on.undo_trash(by)),
    "undo restoring": (EDITORS, lambda on, by: undo.undo_change(on.change("restore"), by=by)),
    "undo moving": (EDITORS, lambda on, by: on.undo_move(by)),
    "undo tagging": (
        EDITORS,
        lambda on, by: undo.undo_change(on.change("tag", tagged={"old": (on.image.pk,)}), by=by)),
    "undo untagging": (
        EDITORS,
        lambda on, by: undo.undo_change(on.change("untag", tagged={"x": (on.image.pk,)}), by=by)),
    "undo captioning": (
        EDITORS,
        lambda on, by: undo.undo_change(
            on.change("caption", caption="now", captions={on.image.pk: "before"}), by=by)),
}  # fmt: skip


def rows():
    """Everything a write could change."""
    from gallery.models import Collection

    return [
        list(model.objects.order_by("pk").values()) for model in (Collection, Membership, Image)
    ]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_for_those_who_may(db, write, role):
    allowed, run = WRITES[write]
    scene = Scene()
    by = scene.person(role)
    if role in allowed:
        run(scene, by)
        return
    if write == "undo moving":
        Image.objects.filter(pk=scene.image.pk).update(collection=scene.other)
    before = rows()
    with pytest.raises(NotAllowed) as refused:
        run(scene, by)
    assert refused.value.sentence.endswith(".")
    assert rows() == before


@pytest.mark.parametrize("role", ["stranger", "viewer", "contributor", "manager"])
def test_anyone_with_an_account_makes_collections_of_their_own(db, role):
    person = Scene().person(role)
    assert collections.create_collection(person, by=person, name="Mine").owner == person


def test_view_only_pictures_are_left_out_of_a_mixed_selection(owner, stranger):
    theirs = make_image(make_collection(owner, visibility="public"))
    mine = make_image(make_collection(stranger))
    done = trash.trash_images(Image.objects.all(), by=stranger, expected=2)
    assert (done.ids, done.read_only) == ((mine.pk,), 1)
    theirs.refresh_from_db()
    assert not theirs.is_trashed


def test_the_site_itself_is_named_and_has_no_row(db):
    actor = system_actor()
    assert (actor.username, sees_everything(actor)) == ("system", True)
    assert not type(actor).objects.filter(pk=actor.pk).exists()


READS = {
    "default_collection_name", "clean_name", "clean_description", "free_slug",
    "free_name", "check_name_free", "system_actor", "check_signed_in", "check_administers",
    "check_expected",
}  # fmt: skip
# Called by the writes, after they have asked who may: the caller holds the locks.
INSIDE = {"take_places", "fill_places"}


# Pure words, and counts of passwords: while someone tries one, no one is signed in yet.
WITHOUT_PEOPLE = {"gallery.library.words", "gallery.library.guesses"}


def test_every_public_function_that_writes_takes_who_acts():
    """A function of the library takes `by`, keyword-only, unless it is known to write nothing."""
    missing = [
        f"{module.label}:{node.lineno} {node.name}"
        for module in modules()
        if module.name.startswith("gallery.library.") and module.name not in WITHOUT_PEOPLE
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.name not in READS | INSIDE
        and "by" not in {argument.arg for argument in node.args.kwonlyargs}
    ]
    assert not missing, "take by= and check it, or add it to READS:\n" + "\n".join(missing)
    known = {
        node.name
        for module in modules()
        if module.name.startswith("gallery.library.")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
    }
    assert known >= READS | INSIDE, "no longer there: take them out of the lists"


def test_managing_one_collection_is_no_right_to_another(owner, stranger):
    theirs, own = make_collection(owner), make_collection(stranger)
    check_may_manage(own, by=stranger)
    with pytest.raises(NotAllowed, match="Only the owner and managers"):
        check_may_manage(theirs, by=stranger)


def test_visitors_and_disabled_accounts_have_to_sign_in(owner):
    assert check_signed_in(owner) == owner.pk
    owner.is_active = False
    for nobody in (None, AnonymousUser(), owner):
        with pytest.raises(NotAllowed, match="Sign in"):
            check_signed_in(nobody)
