"""The application's Celery, as the survival tests' own processes run it: beat knocks every second, not every five.

SURVIVAL_SEED in the environment makes the broker unreliable: one message in ten is dropped, all others come five times.
"""

import copy
import os
import random
import uuid
from datetime import timedelta
from typing import Any

from kombu.transport.redis import Channel

from tpa.config.celery import app

COPIES, DROPPED_ONE_IN = 5, 10

app.conf.update(
    beat_schedule={"dispatch": {"task": "tpa.workflows.schedule.dispatch", "schedule": timedelta(seconds=1)}},
    beat_max_loop_interval=1,
)


def meddle(seed: int) -> dict[str, int]:
    """Make this process's messages unreliable from now on; the dict counts what happens to them."""
    chance, put, counts = random.Random(seed), Channel._put, {"sent": 0, "dropped": 0}

    def unreliable(channel: Channel, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        counts["sent"] += 1
        if chance.randrange(DROPPED_ONE_IN) == 0:
            counts["dropped"] += 1
            return
        for _ in range(COPIES):
            again = copy.deepcopy(message)
            again["properties"]["delivery_tag"] = str(uuid.uuid4())
            put(channel, queue, again, **kwargs)

    Channel._put = unreliable
    return counts


if "SURVIVAL_SEED" in os.environ:
    meddle(int(os.environ["SURVIVAL_SEED"]))
