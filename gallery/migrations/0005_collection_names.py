"""Make collection names unique per owner, by adding numbers to duplicates."""

from django.db import migrations, models
from django.db.models.functions import Lower

MAX_LENGTH = 120


def number_shared_names(apps, schema_editor):
    """Keep the name of the oldest; rename the others “Holiday (2)”, “Holiday (3)”, …"""
    Collection = apps.get_model("gallery", "Collection")
    collections = Collection.objects.order_by("pk").annotate(folded=Lower("name"))
    rows = list(collections.values_list("pk", "owner_id", "name", "folded"))
    # Keep a name that is not shared, even if it is already “Holiday (2)”.
    used = {(owner, folded) for _pk, owner, _name, folded in rows}
    seen = set()
    for pk, owner, name, folded in rows:
        if (owner, folded) not in seen:
            seen.add((owner, folded))
            continue
        number = 2
        while (owner, _numbered(folded, number)) in used:
            number += 1
        used.add((owner, _numbered(folded, number)))
        Collection.objects.filter(pk=pk).update(name=_numbered(name, number))


def _numbered(name, number):
    suffix = f" ({number})"
    return f"{name[: MAX_LENGTH - len(suffix)]}{suffix}"


class Migration(migrations.Migration):

    dependencies = [("gallery", "0004_vector_kinds")]

    operations = [
        migrations.RunPython(number_shared_names, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                Lower("name"),
                name="collection_name_once",
                violation_error_message="You already have a collection with that name.",
            ),
        ),
    ]
