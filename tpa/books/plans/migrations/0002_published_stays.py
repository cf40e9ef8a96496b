"""A published version never changes and is never deleted, whoever asks."""

from django.db import migrations

_HOLD = """
CREATE OR REPLACE FUNCTION refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published plan version is immutable: draft another one' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE ON plans_planversion
  FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_published_change();
CREATE TRIGGER published_stays_whole BEFORE TRUNCATE ON plans_planversion
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_published_change();
"""
_RELEASE = """
DROP TRIGGER published_stays ON plans_planversion;
DROP TRIGGER published_stays_whole ON plans_planversion;
DROP FUNCTION refuse_published_change();
"""


class Migration(migrations.Migration):
    dependencies = (("plans", "0001_initial"),)
    operations = (migrations.RunSQL(_HOLD, _RELEASE),)
