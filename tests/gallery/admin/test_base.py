"""What the admin pages share: thumbnails, permissions and messages."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage

from gallery.admin.base import ReadOnlyAdmin, errors_as_messages, thumbnail
from gallery.admin_site import SemblanceAdminSite
from gallery.exceptions import LibraryProblem
from gallery.models import Collection, EmbeddingJob, Image, Visibility
from tests.factories import make_person


def image(**fields):
    collection = Collection(pk=1, slug="cats", visibility=Visibility.PUBLIC)
    known = {"pk": 1, "collection": collection, "sha256": "a" * 64, "original_name": "a.jpg"}
    return Image(**known, **fields)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((640, 480), (96, 72)), ((480, 640), (72, 96)), ((5000, 1), (96, 1)), ((48, 48), (96, 96))],
)
def test_a_thumbnail_states_its_size_inside_a_square(size, shown):
    html = thumbnail(image(width=size[0], height=size[1]))
    assert f'width="{shown[0]}" height="{shown[1]}"' in html


def test_a_thumbnail_describes_the_picture_and_escapes_its_text():
    html = thumbnail(image(width=4, height=3, title='"><script>'))
    assert "<script>" not in html
    assert 'alt="' in html


def test_a_larger_one_uses_a_larger_rendition():
    small, large = (thumbnail(image(width=900, height=900), side_px=side) for side in (96, 640))
    assert "320" in small.split('width="')[0]
    assert "640" in large.split('width="')[0]


@pytest.mark.django_db
def test_read_only_rows_cannot_be_edited_and_actions_need_permission(rf, administrator, curator):
    admin = ReadOnlyAdmin(EmbeddingJob, SemblanceAdminSite())
    request = rf.get("/")
    request.user = administrator
    assert not admin.has_add_permission(request)
    assert not admin.has_change_permission(request)
    assert not admin.has_delete_permission(request)
    assert admin.has_operate_permission(request)
    request.user = curator
    assert admin.has_operate_permission(request)
    request.user = make_person("clerk", is_staff=True)
    assert not admin.has_operate_permission(request)


def test_a_named_error_becomes_a_message_and_any_other_is_raised(rf):
    request = rf.get("/")
    request._messages = CookieStorage(request)
    with errors_as_messages(request):
        raise LibraryProblem("The collection is full.")
    assert [str(one) for one in get_messages(request)] == ["The collection is full."]
    with pytest.raises(ZeroDivisionError), errors_as_messages(request):
        raise ZeroDivisionError
