"""The bench: `python -m bench` measures, prints a table and writes var/bench.json. Every figure is a ratio or a count."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tpa.config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()
