"""Cases that anybody can write: a plan, people, claims and the answers, run without a database.

`python -m tpa.engine.cases FILE_OR_FOLDER ...`; the format is written down in tests/scenarios/README.md.
"""
