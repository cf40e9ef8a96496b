"""The Celery application. Redis carries wake-ups only; PostgreSQL holds the work."""

import os
from datetime import timedelta

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.config.settings")

VISIBILITY_SECONDS = 600
"""After this a message whose worker died comes back. Tasks work in short chunks and stay far below it."""

app = Celery("tpa")
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_connect_timeout": 3,
        "socket_timeout": 15,
        "health_check_interval": 10,
    },
    visibility_timeout=VISIBILITY_SECONDS,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    task_time_limit=VISIBILITY_SECONDS // 2,
    task_create_missing_queues=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    timezone="UTC",
    enable_utc=True,
    beat_schedule={
        "dispatch": {"task": "tpa.workflows.schedule.dispatch", "schedule": timedelta(seconds=5)},
    },
    imports=["tpa.workflows.schedule"],
)
