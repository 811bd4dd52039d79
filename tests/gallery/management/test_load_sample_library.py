"""`manage.py load_sample_library`: loads once, and afterwards only on request."""

import pytest
from django.core.management import CommandError, call_command

from gallery.ingest.sample_library import SAMPLES
from gallery.models import Collection, Image
from tests.factories import make_collection, make_image


def test_it_loads_once(administrator, capsys):
    call_command("load_sample_library")
    assert capsys.readouterr().out == f"Sample library: {len(SAMPLES)} pictures loaded.\n"
    call_command("load_sample_library")
    assert "so the sample library wasn’t loaded" in capsys.readouterr().out
    assert Image.objects.count() == len(SAMPLES)


def test_a_site_with_pictures_gets_it_only_with_force(administrator, capsys):
    make_image(make_collection(administrator))
    call_command("load_sample_library")
    assert Image.objects.count() == 1
    call_command("load_sample_library", "--force")
    assert Image.objects.count() == 1 + len(SAMPLES)
    samples = Collection.objects.get(slug="sample-library")
    assert (samples.owner, samples.is_public) == (administrator, True)


def test_samples_never_go_into_someone_elses_collection(administrator, stranger, capsys):
    theirs = make_collection(stranger, "Sample library")
    call_command("load_sample_library", "--force")
    assert not theirs.images.exists()
    assert administrator.collections.get().images.count() == len(SAMPLES)


def test_without_an_administrator_it_says_what_to_do(db):
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("load_sample_library")
