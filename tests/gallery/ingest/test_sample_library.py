"""The sample library: photographs from installed packages, loaded once, with our own captions."""

import pytest

from gallery.ingest import sample_library
from gallery.ingest.intake import Duplicate, Stored
from gallery.models import Collection, EmbeddingJob, Image


@pytest.mark.parametrize("sample", sample_library.SAMPLES, ids=lambda sample: sample.file)
def test_every_sample_is_in_its_package_and_has_a_caption(sample):
    assert sample.path() is not None
    assert sample.title
    assert sample.caption.endswith(".")
    assert sample.tags


def test_a_package_without_a_file_is_not_an_error():
    lost = sample_library.Sample(("skimage", "data"), "lost.png", "", "", ())
    nowhere = sample_library.Sample(("no_such_package", "data"), "x.png", "", "", ())
    assert lost.path() is None
    assert nowhere.path() is None


def test_all_are_loaded_into_one_collection(collection, encoder):
    outcomes = sample_library.load_samples(collection)
    assert all(isinstance(outcome.result, Stored) for outcome in outcomes)
    assert Image.objects.filter(collection=collection).count() == len(outcomes)
    assert Image.objects.count() == len(sample_library.SAMPLES) == EmbeddingJob.objects.count()
    assert Image.objects.newest_first().first().title == sample_library.SAMPLES[0].title
    assert Image.objects.filter(title="Chelsea", caption__contains="cat").exists()


def test_loading_again_adds_nothing(collection):
    sample_library.load_samples(collection)
    outcomes = sample_library.load_samples(collection)
    assert all(isinstance(outcome.result, Duplicate) for outcome in outcomes)


def test_an_interrupted_load_starts_over(collection, monkeypatch):
    """All or nothing: half a library would count as pictures and never be completed."""
    from gallery.ingest import bulk

    real_record, calls = bulk.record, []

    def fail_at_the_fifth(*args, **kwargs):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real_record(*args, **kwargs)

    monkeypatch.setattr(bulk, "record", fail_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        sample_library.load_samples(collection)
    assert sample_library.wants_samples()
    assert not Image.objects.exists()


def test_a_site_with_pictures_or_former_samples_gets_none(administrator, collection):
    from tests.factories import make_image

    assert sample_library.wants_samples()
    image = make_image(collection)
    assert not sample_library.wants_samples()
    image.delete()
    Collection.objects.create(name="x", slug=sample_library.SLUG, owner=administrator)
    assert not sample_library.wants_samples()
