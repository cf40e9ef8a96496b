"""The processes of an installation. The demo starts them on one machine, docker/compose.yaml as one container each."""

MIGRATE = ("python", "manage.py", "migrate")
WEB = (
    "gunicorn",
    "tpa.config.wsgi:application",
    "--worker-class=gthread",
    "--workers=2",
    "--threads=8",
    "--timeout=120",
)
WORKER = ("celery", "--app=tpa.config.celery", "worker", "--concurrency=2", "--loglevel=INFO")
BEAT = ("celery", "--app=tpa.config.celery", "beat", "--schedule=var/beat", "--loglevel=INFO")
