"""Work items with a legal deadline, to the hour where the law counts hours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("infra", "0003_day_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="workitem",
            name="clock",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="workitem",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                condition=models.Q(("clock", ""), _negated=True), fields=["due_on", "id"], name="work_item_clock"
            ),
        ),
    ]
