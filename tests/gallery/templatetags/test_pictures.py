"""Shapes of the grid, and the markup of its pictures."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template

from gallery.models import Visibility
from gallery.templatetags.pictures import (
    MAX_ASPECT_RATIO,
    MIN_ASPECT_RATIO,
    STEPS,
    duration,
    match_label,
    match_reason,
    match_word,
    shape_step,
    shown,
    step_ratio,
)
from tests.factories import make_collection, make_image


def test_the_stylesheet_has_all_shapes_of_the_markup():
    css = (Path(settings.BASE_DIR) / "static/css/site/shapes.css").read_text()
    shapes = {int(n): float(r) for n, r in re.findall(r"\.r(\d+) \{ --r: ([\d.]+) \}", css)}
    assert sorted(shapes) == list(range(STEPS))
    for step, ratio in shapes.items():
        assert ratio == pytest.approx(step_ratio(step), abs=0.001)


@pytest.mark.parametrize("ratio", [0.57, 0.75, 1.0, 4 / 3, 1.5, 16 / 9, 2.39])
def test_pictures_are_hardly_cropped(ratio):
    assert step_ratio(shape_step(ratio)) == pytest.approx(ratio, rel=0.017)


@pytest.mark.parametrize(("ratio", "ends_at"), [(0.01, MIN_ASPECT_RATIO), (50, MAX_ASPECT_RATIO)])
def test_extreme_shapes_are_cropped_to_the_limits(ratio, ends_at):
    assert step_ratio(shape_step(ratio)) == pytest.approx(ends_at)


def test_srcset_lists_the_actual_widths(owner):
    image = make_image(make_collection(owner), width=1000, height=500)
    picture = shown(image)
    assert re.findall(r" (\d+w)", picture.srcset) == ["320w", "480w", "640w", "1000w"]
    assert picture.src.endswith("/480.webp")
    assert "px" in picture.sizes


def test_a_tile_escapes_text_and_has_its_size(owner):
    collection = make_collection(owner, visibility=Visibility.PUBLIC)
    image = make_image(
        collection, caption='<script>"x"</script>', average_color="#aabbcc", width=300, height=200
    )
    template = Template('{% include "gallery/_tile.html" with trail="search?q=a&b=c" %}')
    html = template.render(Context({"image": image}))
    assert "<script>" not in html
    assert 'color="#aabbcc"' in html
    assert 'width="300" height="200"' in html
    assert "?from=search%3Fq%3Da%26b%3Dc" in html
    assert "style=" not in html
    assert "Private" not in html


@pytest.mark.parametrize(
    ("strength", "matched", "label", "reason"),
    [
        ("strong", {"looks", "words"}, "Strong match", "Strong match, by its words and its looks"),
        ("fair", {"words"}, "Fair match", "Fair match, by its words"),
        ("strong", {"looks"}, "Strong match", "Strong match"),
    ],
)
def test_a_match_has_a_word_a_label_and_a_reason(strength, matched, label, reason):
    hit = SimpleNamespace(strength=strength, matched=frozenset(matched))
    assert str(match_word(hit)).lower() == strength
    assert str(match_label(hit)) == label
    assert match_reason(hit) == reason


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.2, "less than 1 ms"), (13.6, "14 ms"), (999.4, "999 ms"), (12222, "12.2 s")],
)
def test_durations_are_formatted_for_people(milliseconds, words):
    assert duration(milliseconds) == words
