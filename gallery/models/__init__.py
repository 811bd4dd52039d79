"""The data model: fields, constraints and querysets. Imports nothing else of the app."""

from gallery.models.collection import Collection, Membership, Role, Visibility
from gallery.models.embedding import (
    Embedding,
    EmbeddingJob,
    Encoder,
    EncoderState,
    VectorKind,
)
from gallery.models.encoder_request import EncoderRequest
from gallery.models.image import RENDITION_WIDTHS, Image
from gallery.models.people import User
from gallery.models.query_image import QueryImage
from gallery.models.sign_in import GuessCount
from gallery.models.upload import Fate, UploadBatch, UploadItem

__all__ = [
    "RENDITION_WIDTHS",
    "Collection",
    "Embedding",
    "EmbeddingJob",
    "Encoder",
    "EncoderRequest",
    "EncoderState",
    "Fate",
    "GuessCount",
    "Image",
    "Membership",
    "QueryImage",
    "Role",
    "UploadBatch",
    "UploadItem",
    "User",
    "VectorKind",
    "Visibility",
]
