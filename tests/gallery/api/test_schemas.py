"""The limits of the API's parameters."""

import pytest
from pydantic import ValidationError

from gallery.api.schemas import ListParams, SearchParams


@pytest.mark.parametrize("schema", [ListParams, SearchParams])
@pytest.mark.parametrize("limit", [1, 200])
def test_the_page_size_is_from_1_to_200(schema, limit):
    assert schema(limit=limit).limit == limit
    assert schema().limit == 60


@pytest.mark.parametrize("schema", [ListParams, SearchParams])
@pytest.mark.parametrize("limit", [0, -1, 201, "many"])
def test_other_page_sizes_are_refused(schema, limit):
    with pytest.raises(ValidationError):
        schema(limit=limit)
