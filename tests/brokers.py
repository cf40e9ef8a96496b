"""Sending this process's messages to another broker for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tpa.config.celery import app


@contextmanager
def at_broker(url: str, **options: Any) -> Iterator[None]:
    """Inside the block the application's messages go to the broker at `url`."""
    usual = {key: app.conf[key] for key in ("broker_url", "broker_transport_options")}
    _go({"broker_url": url, "broker_transport_options": options or usual["broker_transport_options"]})
    try:
        yield
    finally:
        _go(usual)


def _go(broker: dict[str, Any]) -> None:
    app.conf.update(broker)
    # `app.close()` forgets the connections but not the producers, which would go on sending to the old broker.
    app.close()
    app.__dict__.pop("amqp", None)
