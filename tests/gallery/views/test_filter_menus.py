"""Filter menus: each choice is the whole state's address, and every filter has a way out."""

from datetime import date
from urllib.parse import urlencode

from gallery.browsing import FacetChoice, Facets
from gallery.search import Filters
from gallery.views.filter_menus import filter_bar


def choice(value, label="", *, pictures=3, is_at_least=False):
    """Return a choice of a facet."""
    return FacetChoice(
        value=value, label=label or value, pictures=pictures, is_at_least=is_at_least
    )


FACETS = Facets(
    collections=(choice("cats", "My cats"), choice("dogs", "Dogs")),
    tags=(choice("grey", pictures=7), choice("red")),
    years=(choice("2024"), choice("2023")),
    orientations=(choice("landscape"), choice("square")),
)


def address(filters):
    """Return the page's URL with these filters."""
    return "?" + urlencode(filters.pairs())


def bar(filters=None, facets=FACETS):
    """Return the bar for these filters."""
    return filter_bar(filters or Filters(), facets=facets, address=address)


def choices(found, label):
    """Return the labels and URLs of one menu."""
    menu = next(menu for menu in found.menus if menu.label == label)
    return {choice.label: choice.url for choice in menu.choices}


def test_every_facet_has_a_menu():
    found = bar()
    assert [menu.label for menu in found.menus] == ["Collection", "Tag", "Date", "Shape"]
    assert choices(found, "Collection") == {
        "My cats": "?collection=cats",
        "Dogs": "?collection=dogs",
    }
    assert choices(found, "Date") == {"2024": "?year=2024", "2023": "?year=2023"}
    assert choices(found, "Shape") == {
        "Landscape": "?orientation=landscape",
        "Square": "?orientation=square",
    }
    assert found.chosen == ()


def test_a_collection_or_year_replaces_the_other_and_tags_add_up():
    found = bar(Filters(collections=("cats",), tags=("red",), year=2024))
    assert choices(found, "Collection")["Dogs"] == "?collection=dogs&tag=red&year=2024"
    assert choices(found, "Tag")["grey"] == "?collection=cats&tag=red&tag=grey&year=2024"
    assert choices(found, "Tag")["red"] == "?collection=cats&year=2024"
    on = [choice.label for menu in found.menus for choice in menu.choices if choice.is_on]
    assert on == ["My cats", "red", "2024"]


def test_at_the_most_tags_the_menu_says_so_and_offers_no_more():
    tags = tuple(f"t{number}" for number in range(10))
    facets = Facets(
        collections=(), tags=tuple(choice(f"t{n}") for n in range(12)), years=(), orientations=()
    )
    (menu,) = [menu for menu in bar(Filters(tags=tags), facets).menus if menu.label == "Tag"]
    assert [choice.label for choice in menu.choices] == list(tags)
    assert "10 tags" in menu.notice
    (menu,) = [menu for menu in bar(Filters(tags=tags[1:]), facets).menus if menu.label == "Tag"]
    assert len(menu.choices) == 12
    assert not menu.notice


def test_each_filter_can_be_removed_separately():
    found = bar(
        Filters(
            collections=("cats", "unknown"),
            tags=("red",),
            year=2024,
            taken_from=date(2024, 1, 2),
            taken_to=date(2024, 3, 4),
            orientation="portrait",
        )
    )
    ways_out = {chosen.label: chosen.remove_url for chosen in found.chosen}
    assert list(ways_out) == [
        "My cats", "unknown", "#red", "2024", "From 2 January 2024",
        "Until 4 March 2024", "Portrait",
    ]  # fmt: skip
    assert "collection=cats" not in ways_out["My cats"]
    assert "collection=unknown" in ways_out["My cats"]
    assert "orientation" not in ways_out["Portrait"]
    assert "year=2024" in ways_out["Portrait"]


LONE = Facets(
    collections=(choice("cats", "My cats"),),
    tags=(choice("red"),),
    years=(choice("2024"),),
    orientations=(choice("square"),),
)


def test_menus_without_a_choice_are_left_out():
    found = bar(facets=LONE)
    assert [menu.label for menu in found.menus] == ["Tag", "Date"]
    assert choices(found, "Date") == {}


def test_a_single_active_choice_stays_and_can_be_removed():
    found = bar(
        Filters(collections=("cats",), tags=("red",), year=2024, orientation="square"), facets=LONE
    )
    assert [menu.label for menu in found.menus] == ["Collection", "Tag", "Date", "Shape"]
    assert choices(found, "Collection")["My cats"] == "?tag=red&year=2024&orientation=square"
    assert choices(found, "Date")["2024"] == "?collection=cats&tag=red&orientation=square"
    assert choices(found, "Shape")["Square"] == "?collection=cats&tag=red&year=2024"


def test_each_choice_has_a_count():
    facets = Facets(tags=(choice("grey", pictures=20, is_at_least=True), choice("red")))
    menu = bar(facets=facets).menus[0]
    numbers = [(one.label, one.pictures, one.is_at_least) for one in menu.choices]
    assert numbers == [("grey", 20, True), ("red", 3, False)]
    assert menu.is_cut
    assert not bar().menus[0].is_cut


def test_the_date_form_keeps_everything_except_dates():
    filters = Filters(
        collections=("cats",), tags=("red", "a & b"), year=2024, taken_to=date(2024, 3, 4)
    )
    found = bar(filters)
    form = next(menu.dates for menu in found.menus if menu.label == "Date")
    assert form.fields == (("collection", "cats"), ("tag", "red"), ("tag", "a & b"))
    assert (form.first, form.last) == (None, date(2024, 3, 4))


def test_a_year_and_two_days_replace_each_other():
    found = bar(Filters(taken_from=date(2024, 1, 2), taken_to=date(2024, 3, 4)))
    assert choices(found, "Date")["2023"] == "?year=2023"
