"""Replace Django's user model with our own, keeping the data of the first release."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower


def adopt_users(apps, schema_editor):
    """Move the permissions and log entries of auth.user to gallery.user."""
    _move_content_type(apps, before="auth", after="gallery")


def give_users_back(apps, schema_editor):
    """Reverse adopt_users."""
    _move_content_type(apps, before="gallery", after="auth")


def _move_content_type(apps, *, before, after):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    old = ContentType.objects.filter(app_label=before, model="user").first()
    if old is None:  # A new database: content types are made after the last migration.
        return
    # Where migrations ran one by one, Django has made a second, unused one in between.
    unused = ContentType.objects.filter(app_label=after, model="user")
    Permission.objects.filter(content_type__in=unused).delete()
    unused.delete()
    old.app_label = after
    old.save(update_fields=["app_label"])


def mark_shared_names(apps, schema_editor):
    """Let everyone keep their name; of names that differ only by case, the oldest account's counts
    for the constraint."""
    User = apps.get_model("gallery", "User")
    seen = set()
    people = User.objects.order_by("pk").annotate(folded=Lower("username"))
    for pk, folded in people.values_list("pk", "folded"):
        if folded in seen:
            User.objects.filter(pk=pk).update(shares_name=True)
        seen.add(folded)


class Migration(migrations.Migration):

    dependencies = [
        ("gallery", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(adopt_users, give_users_back),
        migrations.AddField(
            model_name="user",
            name="shares_name",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="The first release allowed this name beside an older account with the same name in another case.",
            ),
        ),
        migrations.RunPython(mark_shared_names, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                Lower("username"),
                condition=Q(shares_name=False),
                name="user_name_once",
                violation_error_message="A person with that user name already exists.",
            ),
        ),
    ]
