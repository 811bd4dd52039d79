"""Give vectors a kind and a number. Those of the first release are of whole pictures.

New columns with a default in the database do not rewrite the table. The unique index and the check,
which reads every row, take time: seconds for a million vectors. Searches use the vector indexes of
the first release until gallery.vectors.replace_old_indexes replaces them.

Without fresh statistics, PostgreSQL would guess that one vector in 200 is of a picture and plan
badly: sampling took seven times as long.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("gallery", "0003_encoder_failures"),
    ]

    operations = [
        migrations.AddField(
            model_name="embedding",
            name="kind",
            field=models.CharField(
                choices=[("picture", "Picture"), ("caption", "Caption"), ("tile", "Tile")],
                db_default="picture",
                default="picture",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="embedding",
            name="ordinal",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="Numbers the vectors of one kind, from 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="embedding",
            constraint=models.UniqueConstraint(
                fields=("image", "encoder", "kind", "ordinal"), name="embedding_unique"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="embedding",
            name="embedding_once",
        ),
        migrations.AddConstraint(
            model_name="embedding",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordinal", 0), ("kind", "tile"), _connector="OR"),
                name="embedding_only_tiles_repeat",
            ),
        ),
        migrations.RunSQL("ANALYZE gallery_embedding", migrations.RunSQL.noop),
    ]
