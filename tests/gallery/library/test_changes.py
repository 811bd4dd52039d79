import json

import pytest

from gallery.library.changes import Change


def test_a_change_survives_json():
    change = Change(
        kind="move", ids=(1, 2), skipped=3, target=9, sources={4: (1, 2)},
        tagged={"cat": (1,)}, captions={2: "old"},
    )  # fmt: skip
    assert Change.from_data(json.loads(json.dumps(change.as_data()))) == change


@pytest.mark.parametrize("data", [{}, {"kind": "explode"}, {"kind": "move", "ids": ["x"]}])
def test_anything_else_is_refused(data):
    with pytest.raises((KeyError, ValueError)):
        Change.from_data(data)
