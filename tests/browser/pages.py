"""Every page of the site, with its name, its URL and who opens it."""

from dataclasses import dataclass, field

from django.utils import timezone

from gallery.ingest.upload_batches import create_batch
from gallery.library.trash import trash_images
from gallery.models import EmbeddingJob, Encoder, Image
from tests.browser.conftest import add_pictures
from tests.factories import make_collection


@dataclass(frozen=True)
class Page:
    """`address` may contain {image}, {batch}, {private} and {job}; `who` is a fixture or empty."""

    name: str
    address: str
    who: str = ""
    status: int = 200
    # Sent as a form from the address, for pages that ask before they do something.
    form: dict = field(default_factory=dict)


PAGES = [
    Page("browse", "/"),
    Page("browse-filtered", "/?collection=colours&tag=red"),
    Page("browse-nothing", "/?tag=no-such-tag"),
    Page("search-empty", "/search/"),
    Page("search-words", "/search/?q=red"),
    Page("search-mixed", "/search/?q=red&not=blue&like={image}"),
    Page("search-nothing", "/search/?q=red&tag=no-such-tag"),
    Page("search-invalid", "/search/?like=999999", status=400),
    Page("search-by-picture", "/search/picture/"),
    Page("image", "/images/{image}/"),
    Page("image-of-owner", "/images/{image}/", "olga"),
    Page("image-trashed", "/images/{trashed}/", "olga"),
    Page("collections", "/collections/"),
    Page("collections-of-owner", "/collections/", "olga"),
    Page("collection", "/collections/colours/"),
    Page("collection-of-owner", "/collections/colours/", "olga"),
    Page("collection-empty", "/collections/{private}/", "olga"),
    Page("collection-new", "/collections/new/", "olga"),
    Page("collection-settings", "/collections/colours/settings/", "olga"),
    Page(
        "collection-publish",
        "/collections/{hidden}/settings/",
        "olga",
        form={"name": "Hidden", "description": "", "visibility": "public", "cover": ""},
    ),
    Page("upload", "/upload/", "olga"),
    Page("upload-batch", "/upload/{batch}/", "olga"),
    Page("trash", "/trash/", "olga"),
    Page("sign-in", "/accounts/login/"),
    Page("password-change", "/accounts/password_change/", "olga"),
    Page("not-found", "/images/999999/", status=404),
]
API_DOCS = Page("api-docs", "/api/v1/docs")
ADMIN_PAGES = [
    Page("admin", "/admin/", "boss"),
    Page("admin-images", "/admin/gallery/image/", "boss"),
    Page("admin-image", "/admin/gallery/image/{image}/change/", "boss"),
    Page("admin-collections", "/admin/gallery/collection/", "boss"),
    Page("admin-collection", "/admin/gallery/collection/{collection}/change/", "boss"),
    Page("admin-collection-new", "/admin/gallery/collection/add/", "boss"),
    Page("admin-encoders", "/admin/gallery/encoder/", "boss"),
    Page("admin-encoder", "/admin/gallery/encoder/{encoder}/change/", "boss"),
    Page("admin-encoder-add", "/admin/gallery/encoder/add/?key=tiny:third", "boss"),
    Page("admin-encoder-activate", "/admin/gallery/encoder/{encoder}/activate/", "boss"),
    Page("admin-encoder-remove", "/admin/gallery/encoder/{encoder}/remove/", "boss"),
    Page("admin-jobs", "/admin/gallery/embeddingjob/", "boss"),
    Page("admin-job", "/admin/gallery/embeddingjob/{job}/change/", "boss"),
    Page("admin-uploads", "/admin/gallery/uploadbatch/", "boss"),
    Page("admin-upload", "/admin/gallery/uploadbatch/{batch}/change/", "boss"),
    Page("admin-users", "/admin/gallery/user/", "boss"),
    Page("admin-user", "/admin/gallery/user/{person}/change/", "boss"),
    Page("admin-user-password", "/admin/gallery/user/{person}/password/", "boss"),
    Page("admin-user-delete", "/admin/gallery/user/{person}/delete/", "boss"),
    Page("admin-user-new", "/admin/gallery/user/add/", "boss"),
    Page("admin-groups", "/admin/auth/group/", "boss"),
    Page("admin-group-new", "/admin/auth/group/add/", "boss"),
    Page("admin-history", "/admin/gallery/collection/{collection}/history/", "boss"),
    Page("admin-collection-delete", "/admin/gallery/collection/{collection}/delete/", "boss"),
]


def fill_library(colours):
    """Create what the URLs need besides the library. Return the values to put into them."""
    owner = colours.owner
    image = Image.objects.live().newest_first().first()
    private = make_collection(owner, "Private things")
    trashed = add_pictures(colours, "pink", searchable=False)[0]
    trash_images(Image.objects.filter(pk=trashed.pk), by=owner)
    hidden = make_collection(owner, "Hidden")
    add_pictures(hidden, "pink", searchable=False)
    failed = add_pictures(colours, "cyan", searchable=False)[0]
    job = EmbeddingJob.objects.get(image=failed)
    job.attempts, job.quarantined_at, job.reason = 3, timezone.now(), "The file is damaged."
    job.save()
    second = Encoder.objects.create(key="tiny:second", dimension=64, reason="Added to compare.")
    batch = create_batch(owner, collection=colours)
    _add_files(batch)
    return {
        "image": image.pk,
        "collection": colours.pk,
        "private": private.slug,
        "batch": batch.pk,
        "job": job.pk,
        "encoder": second.pk,
        "person": owner.pk,
        "trashed": trashed.pk,
        "hidden": hidden.slug,
    }


def _add_files(batch):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from gallery.ingest.upload_batches import add_file_to_batch
    from tests.images import jpeg, text_file

    for name, content in (
        ("white.jpg", jpeg((300, 200), "white")),
        ("again.jpg", jpeg((300, 200), "white")),
        ("diary.jpg", text_file()),
    ):
        add_file_to_batch(batch, file=SimpleUploadedFile(name, content), name=name)
