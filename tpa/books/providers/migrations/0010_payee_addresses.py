"""Where payees' checks are mailed, and what of it may still change: decided once, and a change waits its time."""

from django.db import migrations, models

from tenants.operations import EmployerSees
from tpa.infra.append_only import AppendOnly

FORWARD = """
CREATE FUNCTION payee_address_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (('heard', 'refused'), ('proposed', 'approved'), ('proposed', 'refused')) THEN
    RAISE EXCEPTION 'a payee''s address is decided once' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'approved' AND NEW.usable_on < (NEW.decided_at AT TIME ZONE 'UTC')::date + 5 AND (NEW.payee = 'member'
     OR EXISTS (SELECT FROM public.providers_payeeaddress WHERE state = 'approved' AND id <> NEW.id
                AND (payee, tax_id, family_id, name) = (NEW.payee, NEW.tax_id, NEW.family_id, NEW.name)
                AND employer_id IS NOT DISTINCT FROM NEW.employer_id)) THEN
    RAISE EXCEPTION 'a payee''s changed address waits its time' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payee_address_goes_on BEFORE UPDATE ON providers_payeeaddress
  FOR EACH ROW EXECUTE FUNCTION payee_address_goes_on()
"""
BACKWARD = """
DROP TRIGGER payee_address_goes_on ON providers_payeeaddress; DROP FUNCTION payee_address_goes_on()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0009_payee_account_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayeeAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "employer_id",
                    models.BigIntegerField(help_text="Whose member's it is; none: a provider's.", null=True),
                ),
                (
                    "payee",
                    models.CharField(
                        choices=[
                            ("provider", "Provider"),
                            ("member", "Member"),
                            ("ordered", "Named by a court's order"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "tax_id",
                    models.CharField(blank=True, help_text="Of a provider; of one without, its NPI.", max_length=20),
                ),
                (
                    "family_id",
                    models.BigIntegerField(
                        default=0, help_text="Of a member, in the employer's books; 0 for a provider."
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="Of whom an order names.", max_length=80)),
                ("line_1", models.CharField(max_length=60)),
                ("line_2", models.CharField(blank=True, max_length=60)),
                ("city", models.CharField(max_length=60)),
                ("region", models.CharField(blank=True, help_text="State or province.", max_length=20)),
                ("postal_code", models.CharField(blank=True, max_length=15)),
                ("country", models.CharField(default="US", max_length=40)),
                ("heard_in_id", models.BigIntegerField(help_text="The claims file that gives it.", null=True)),
                (
                    "call_back",
                    models.CharField(
                        blank=True, help_text="Whom one has called, at which number known before.", max_length=200
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("heard", "Given by a claim, not used"),
                            ("proposed", "To be approved"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("usable_on", models.DateField(help_text="The first day on which checks go there.")),
                ("made_by_id", models.BigIntegerField(help_text="Person; none: a claims file.", null=True)),
                ("made_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(help_text="Another person.", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_by_id__isnull", False),
                                ("made_by_id__isnull", False),
                                models.Q(("decided_by_id", models.F("made_by_id")), _negated=True),
                            ),
                            models.Q(("heard_in_id__isnull", False), ("made_by_id", None), ("payee", "provider")),
                            _connector="OR",
                        ),
                        name="payee_address_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("employer_id", None),
                                ("family_id", 0),
                                ("name", ""),
                                ("payee", "provider"),
                                models.Q(("tax_id", ""), _negated=True),
                            ),
                            models.Q(
                                ("employer_id__isnull", False),
                                ("family_id__gt", 0),
                                ("name", ""),
                                ("payee", "member"),
                                ("tax_id", ""),
                            ),
                            models.Q(
                                ("employer_id__isnull", False),
                                ("family_id__gt", 0),
                                ("payee", "ordered"),
                                ("tax_id", ""),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payee_address_of_one_payee",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("payee", "tax_id", "employer_id", "family_id", "name"),
                        name="payee_address_one_proposed",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("made_by_id", None), ("state", "approved")),
                        fields=("tax_id",),
                        name="payee_address_one_first",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("heard_in_id__isnull", False)),
                        fields=("tax_id", "line_1", "line_2", "city", "region", "postal_code", "country"),
                        name="payee_address_heard_once",
                    ),
                ],
            },
        ),
        EmployerSees("providers_payeeaddress"),
        AppendOnly(
            "providers_payeeaddress",
            may_set=("state", "decided_by_id", "decided_at", "usable_on"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
