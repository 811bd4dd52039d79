"""The only access to vectors: store, find, compare, sample, delete and count them.

Only this package and gallery.models use the Embedding model. The package depends on the models
only; search, embedding, ingest, browsing, the admin and the commands call it.

A vector is float32 [d] of unit length, where d is the encoder's dimension; it is stored in half
precision. It belongs to a picture, an encoder and a kind (VectorKind: picture, caption or tile).
Vectors of different encoders or kinds are never compared. All scores are cosine similarities, -1 to
1, with an error of about 0.001 from half precision.

Numbers (what a different store, such as Qdrant or a sharded index, would have to offer):

* `upsert_vectors`: store vectors, replacing those already there. Raises InvalidVector.
* `copy_vectors`: the same vectors for copies of pictures, without embedding them again.
* `nearest_images`: the pictures nearest to a vector, exactly or through the index.
* `scores_of`, `sample_scores`: the scores of given pictures, and of a fixed random sample.
* `scores_at_least`: the condition that a picture reaches a score.
* `stored_vectors`, `iterate_vectors`: vectors as they are stored.
* `delete_vectors`: delete the vectors of an encoder, or of some of its pictures.
* `lock_vectors`: wait for writers and keep new ones off until the transaction ends.
* `ensure_index`, `has_index`, `drop_indexes`, `replace_old_indexes`: the index that
  `nearest_images` uses. Raises EncoderStateError.

Presence (which pictures have a vector) is part of larger SQL statements, so it stays in PostgreSQL
whatever stores the numbers: `has_vector`, `has_active_vector`, `measure_coverage`,
`live_picture_count`, `count_made_by_day`, and ImageQuerySet's `searchable`, `searchable_with` and
`missing_vector_for`.

`images` is always a queryset of the pictures that may take part. It contains permissions and
filters and becomes part of the statement: results are never filtered afterwards. A store outside
PostgreSQL would have to translate it into its own filter.

`nearest_images`, `scores_of` and `sample_scores` raise InvalidVector for a vector of the wrong
dimension, and Django's DatabaseError when the database fails.
"""

from gallery.models import VectorKind
from gallery.vectors.arrays import Vector, is_unit, vector_literal
from gallery.vectors.indexing import (
    drop_indexes,
    ensure_index,
    has_index,
    index_name,
    replace_old_indexes,
)
from gallery.vectors.nearest import (
    Neighbour,
    nearest_images,
    sample_scores,
    scores_at_least,
    scores_of,
)
from gallery.vectors.presence import (
    Coverage,
    count_made_by_day,
    has_active_vector,
    has_vector,
    live_picture_count,
    measure_coverage,
)
from gallery.vectors.storing import (
    NewVector,
    StoredVector,
    copy_vectors,
    delete_vectors,
    iterate_vectors,
    lock_vectors,
    stored_vectors,
    upsert_vectors,
)

__all__ = [
    "Coverage",
    "Neighbour",
    "NewVector",
    "StoredVector",
    "Vector",
    "VectorKind",
    "copy_vectors",
    "count_made_by_day",
    "delete_vectors",
    "drop_indexes",
    "ensure_index",
    "has_active_vector",
    "has_index",
    "has_vector",
    "index_name",
    "is_unit",
    "iterate_vectors",
    "live_picture_count",
    "lock_vectors",
    "measure_coverage",
    "nearest_images",
    "replace_old_indexes",
    "sample_scores",
    "scores_at_least",
    "scores_of",
    "stored_vectors",
    "upsert_vectors",
    "vector_literal",
]
