from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0007_guess_counts'),
    ]

    operations = [
        migrations.CreateModel(
            name='EncoderRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=300, unique=True, verbose_name='key')),
                ('failure', models.TextField(blank=True, verbose_name='problem')),
                ('downloaded_bytes', models.PositiveBigIntegerField(default=0, verbose_name='downloaded bytes')),
                ('heartbeat_at', models.DateTimeField(blank=True, help_text='When the worker last reported.', null=True, verbose_name='last report')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='requested')),
            ],
            options={
                'verbose_name': 'requested encoder',
                'verbose_name_plural': 'requested encoders',
                'ordering': ['pk'],
            },
        ),
    ]
