"""The API's request and response schemas, with descriptions and examples. Data only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from gallery.search import Orientation

# Characters allowed in a collection's slug.
Slug = Annotated[str, Field(max_length=80, pattern=r"^[-a-zA-Z0-9_]+$")]


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": value}, populate_by_name=True)


class Problem(Schema):
    """Why a request failed."""

    reason: str = Field(description="A stable code for programs.")
    sentence: str = Field(description="One plain sentence for people.")
    model_config = _example({"reason": "query_empty", "sentence": "Say what to look for."})


class FilterParams(Schema):
    """Which pictures may be found."""

    collection: list[str] = Field([], description="Slugs of collections; any of them.")
    tag: list[str] = Field([], description="Tags; all of them.")
    year: int | None = Field(None, ge=1, le=9998, description="Taken, or else added, in this year.")
    taken_from: date | None = Field(None, alias="from", description="Taken on this day or later.")
    taken_to: date | None = Field(None, alias="to", description="Taken on this day or before.")
    orientation: Orientation | None = None


_PART_NAMES = "`q`, `picture`, `like.12`, `not.people` or `unlike.9` name a part of the query."


class SearchParams(FilterParams):
    """What to search for: words, pictures or both, and what to exclude."""

    q: str = Field("", max_length=1000, description="Words that describe the picture.")
    not_: list[str] = Field([], alias="not", description="Words to exclude.")
    like: list[int] = Field([], description="Ids of pictures that results should resemble.")
    unlike: list[int] = Field([], description="Ids of pictures that results should not resemble.")
    picture: str = Field("", description="Token of a picture sent to POST /search/picture.")
    w: float = Field(0.5, ge=0, le=1, description="Weight of the words against the pictures.")
    more: list[str] = Field([], description=f"More important parts. {_PART_NAMES}")
    less: list[str] = Field(
        [],
        description="Less important parts, named as in `more`. Pictures that show an unwanted one "
        "are ranked lower instead of excluded.",
    )
    sort: Literal["relevance", "date"] = "relevance"
    page: int = Field(1, ge=1, description="Counts from 1.")
    limit: int = Field(60, ge=1, le=200, description="Results on one page.")


class Result(Schema):
    """One picture found."""

    id: int
    file: str = Field(description="The original file name.")
    collection: str = Field(description="The collection's slug.")
    title: str
    caption: str
    score: float = Field(description="Cosine similarity to the query, -1 to 1.")
    strength: Literal["strong", "fair", "weak"] | None = Field(
        description="How well it matches; null when only filters were given."
    )
    url: str = Field(description="The picture's page.")
    model_config = _example(
        {
            "id": 12,
            "file": "chelsea.png",
            "collection": "sample-library",
            "title": "Chelsea the cat",
            "caption": "A cat looking at the camera",
            "score": 0.31,
            "strength": "strong",
            "url": "https://pictures.example.org/images/12/",
        }
    )


class LeftOutInfo(Schema):
    """How many pictures one excluded part removed."""

    kind: Literal["words", "image"]
    value: str = Field(description="The words, or the picture's id.")
    count: int


class PageInfo(Schema):
    """The page's position and the counts. All counts are of pictures you may see."""

    page: int
    has_next: bool
    has_previous: bool
    total: int | None = Field(description="Results on all pages; null if there are too many.")
    weak_from: int | None = Field(description="Index of this page’s first less likely match.")
    good: int | None = Field(
        description="Strong and fair matches on all pages; null when only filters were given."
    )
    more_good: bool = Field(description="Whether there may be more good matches than that.")
    less_likely: int | None = Field(
        description="Weak matches on all pages; null when there are too many."
    )
    left_out: list[LeftOutInfo] = Field(
        description="What was excluded; empty in large libraries, where it is not counted."
    )
    searched: int = Field(description="Searchable pictures that match the filters.")
    waiting: int = Field(description="Pictures that match the filters but are not searchable yet.")
    elapsed_ms: float
    notice: str = Field(description="A sentence for people, or empty.")


class SearchAnswer(Schema):
    """One page of results, best first."""

    query: str = Field(description="The words of the query.")
    encoder: str = Field(description="The model that compared words and pictures.")
    results: list[Result]
    page: PageInfo
    picture: str = Field("", description="Token of the picture that was sent, valid for a day.")


class Thumbnail(Schema):
    """A smaller copy (WebP). The URL is signed and expires after some hours."""

    width: int = Field(description="Pixels.")
    url: str


class ImageOut(Schema):
    """One picture."""

    id: int
    file: str
    collection: str
    title: str
    caption: str
    tags: list[str]
    media_type: str
    width: int
    height: int
    size_bytes: int
    sha256: str
    taken_at: datetime | None
    created_at: datetime
    camera: str
    is_searchable: bool = Field(description="False until its vector has been made.")
    url: str
    original_url: str
    thumbnails: list[Thumbnail]


class ImageList(Schema):
    """Pictures, newest first."""

    images: list[ImageOut]
    next: str = Field(description="Pass it as `after` for the next page; empty at the end.")


class ListParams(FilterParams):
    """A page of a list."""

    after: str = Field("", max_length=60, description="`next` of the previous page.")
    limit: int = Field(60, ge=1, le=200)


class ImageChange(Schema):
    """What to change. Omitted fields stay the same."""

    title: str | None = Field(None, max_length=200)
    caption: str | None = Field(None, max_length=5000)
    tags: list[str] | None = None
    collection: Slug | None = Field(None, description="Slug of the collection to move it to.")
    model_config = _example({"title": "Chelsea", "tags": ["cat", "portrait"]})


class UploadFields(Schema):
    """The form fields sent with the files."""

    collection: Slug = Field(description="Slug of the collection to add to.")
    title: str = Field("", max_length=200)
    caption: str = Field("", max_length=5000)
    tags: str = Field("", max_length=4000, description="Comma-separated tags.")
    batch: UUID | None = Field(None, description="Add to this batch of yours, not to a new one.")


Progress = Literal["waiting", "searchable", "failed", "duplicate", "refused", "deleted"]


class UploadItemOut(Schema):
    """The result for one file. A zip has one for each file in it."""

    file: str
    progress: Progress
    reason: str = Field(description="Why it was refused, as a stable code, or empty.")
    sentence: str = Field(description="Why it was refused or failed, or empty.")
    image: int | None = Field(description="Id of the picture, or of the one already there.")


class BatchOut(Schema):
    """Files that were uploaded together."""

    id: UUID
    collection: str
    url: str
    counts: dict[str, int] = Field(description="Number of files by progress, of the whole batch.")
    items: list[UploadItemOut] = Field(description="Files in the order in which they were sent.")
    next: str = Field(
        "",
        description="Pass it as `after` for the next page; empty at the end and after an upload.",
    )


class BatchParams(Schema):
    """A page of the files of a batch."""

    after: str = Field("", max_length=60, description="`next` of the previous page.")
    limit: int = Field(60, ge=1, le=200)
    progress: list[Progress] = Field([], description="Only files with this progress; any of them.")


class CollectionOut(Schema):
    """A collection that you may see."""

    slug: str
    name: str
    description: str
    visibility: Literal["public", "private"]
    owner: str
    picture_count: int
    url: str


class CollectionNew(Schema):
    """A new collection."""

    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=2000)
    visibility: Literal["public", "private"] = "private"
    model_config = _example({"name": "Holidays 2026", "visibility": "private"})


class StatusOut(Schema):
    """The state of the part of the library that you may see."""

    site: str
    encoder: str | None
    pictures: int
    searchable: int
    waiting: int
    signed_in_as: str | None


ImageId = Annotated[int, Field(ge=1, lt=2**63)]
