"""Structured logs: one JSON object a line (or coloured text for a developer), with employer and request id.

Ids only: no name, no amount of a person, no credential is ever logged.
"""

import logging
import logging.config
from typing import Any

import structlog
from django.apps import apps
from django.db import connection
from structlog.contextvars import merge_contextvars

logger = structlog.get_logger


def _with_employer(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    employer_id = getattr(connection.tenant, "pk", None) if apps.ready else None
    if employer_id is not None:
        event.setdefault("employer_id", employer_id)
    return event


def configure(config: dict[str, Any]) -> None:
    """Called by Django with the LOGGING setting: `level`, and `human` for text instead of JSON."""
    shared: list[Any] = [
        merge_contextvars,
        _with_employer,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = structlog.dev.ConsoleRenderer() if config["human"] else structlog.processors.JSONRenderer()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            last,
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": config["level"]},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
