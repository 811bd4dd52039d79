"""Every task has a lane, and periodic tasks never pile up in theirs."""

import pytest
from django.conf import settings

from searchsite import lanes
from searchsite.celery import app


@pytest.fixture(scope="module")
def our_tasks():
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.startswith("gallery.")}


def test_every_task_waits_in_the_queue_of_one_lane(our_tasks):
    assert our_tasks == set(lanes.TASK_ROUTES)
    assert len(lanes.TASK_ROUTES) == sum(len(lane.tasks) for lane in lanes.LANES)
    for lane in lanes.LANES:
        for task in lane.tasks:
            assert app.amqp.router.route({}, task)["queue"].name == lane.queue


def test_periodic_tasks_do_not_wait_behind_embedding():
    periodic = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert periodic
    assert periodic <= set(lanes.HOUSEKEEPING.tasks)
    assert not periodic & set(lanes.EMBEDDING.tasks)


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_a_periodic_task_expires_when_the_next_one_is_due(name):
    entry = settings.CELERY_BEAT_SCHEDULE[name]
    assert entry["options"]["expires"] == entry["schedule"].run_every.total_seconds()
