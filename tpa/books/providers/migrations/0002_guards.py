"""Published prices stay (checked once a statement: prices come by COPY); an employer sees its own networks."""

from django.db import migrations

from tenants.operations import EmployerRows

FORWARD = """
CREATE FUNCTION providers_published_list_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this price list version is published' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER published_list_stays BEFORE UPDATE OR DELETE ON providers_pricelistversion
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION providers_published_list_stays();

CREATE FUNCTION providers_published_prices_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed JOIN public.providers_pricelistversion v ON v.id = changed.version_id
               WHERE v.state = 'published') THEN
        RAISE EXCEPTION 'this price list version is published' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER published_prices_stay_insert AFTER INSERT ON providers_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION providers_published_prices_stay();
CREATE TRIGGER published_prices_stay_update AFTER UPDATE ON providers_price
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION providers_published_prices_stay();
CREATE TRIGGER published_prices_stay_into AFTER UPDATE ON providers_price
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION providers_published_prices_stay();
CREATE TRIGGER published_prices_stay_delete AFTER DELETE ON providers_price
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION providers_published_prices_stay();
"""

BACKWARD = """
DROP TRIGGER published_prices_stay_delete ON providers_price;
DROP TRIGGER published_prices_stay_into ON providers_price;
DROP TRIGGER published_prices_stay_update ON providers_price;
DROP TRIGGER published_prices_stay_insert ON providers_price;
DROP FUNCTION providers_published_prices_stay();
DROP TRIGGER published_list_stays ON providers_pricelistversion;
DROP FUNCTION providers_published_list_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD), EmployerRows("providers_employernetwork")]
