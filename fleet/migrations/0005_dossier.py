import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0004_regions"),
        ("kyc", "0008_dossier"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VehicleResemblance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("number", "même numéro de pièce"),
                            ("phone", "même téléphone"),
                            ("plate", "même plaque"),
                            ("chassis", "même numéro de châssis"),
                            ("person", "même personne, peut-être, écrite autrement"),
                            ("copy", "même fichier de photo"),
                            ("picture", "photo presque identique"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "à regarder"),
                            ("same", "c'est bien la même chose"),
                            ("unrelated", "ce n'est pas un doublon"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("score", models.FloatField(null=True)),
                ("found_at", models.DateTimeField(auto_now_add=True)),
                ("judged_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="pourquoi")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="vehiclecase",
            name="fleet_vehiclecase_held_by_someone",
        ),
        migrations.RemoveConstraint(
            model_name="vehiclecase",
            name="fleet_vehiclecase_decided_when_judged",
        ),
        migrations.RemoveConstraint(
            model_name="vehiclecase",
            name="fleet_vehiclecase_refused_with_a_reason",
        ),
        migrations.AddField(
            model_name="vehiclecase",
            name="reason_code",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="vehiclecase",
            name="reopened",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="vehiclecase",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, help_text="times it was sent"),
        ),
        migrations.AddIndex(
            model_name="vehiclecase",
            index=models.Index(fields=["plate"], name="fleet_vehiclecase_plate"),
        ),
        migrations.AddIndex(
            model_name="vehiclecase",
            index=models.Index(fields=["chassis_number"], name="fleet_vehiclecase_chassis"),
        ),
        migrations.AddConstraint(
            model_name="vehiclecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agent", None),
                        ("claimed_at", None),
                        ("state__in", ["draft", "waiting", "approved"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["draft", "waiting"]), _negated=True),
                        ("agent__isnull", False),
                        ("claimed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fleet_vehiclecase_held_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehiclecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state__in", ["draft", "waiting", "claimed"])),
                    models.Q(
                        models.Q(("state__in", ["draft", "waiting", "claimed"]), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fleet_vehiclecase_decided_when_judged",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehiclecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "rejected"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("reason_code", ""), _negated=True),
                    _connector="OR",
                ),
                name="fleet_vehiclecase_refused_with_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="vehicleresemblance",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resemblances",
                to="fleet.vehiclecase",
            ),
        ),
        migrations.AddField(
            model_name="vehicleresemblance",
            name="judged_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="vehicleresemblance",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resembled",
                to="fleet.vehiclecase",
            ),
        ),
        migrations.AddField(
            model_name="vehicleresemblance",
            name="other_paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kyc.document",
            ),
        ),
        migrations.AddField(
            model_name="vehicleresemblance",
            name="paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kyc.document",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicleresemblance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("paper", None)),
                fields=("kind", "case", "other"),
                name="fleet_vehicleresemblance_once_a_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicleresemblance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("paper__isnull", False)),
                fields=("paper", "other_paper"),
                name="fleet_vehicleresemblance_once_for_two_pictures",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicleresemblance",
            constraint=models.CheckConstraint(
                condition=models.Q(("case__gt", models.F("other"))),
                name="fleet_vehicleresemblance_later_one_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicleresemblance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["copy", "picture"]),
                        ("paper__isnull", False),
                        ("other_paper__isnull", False),
                        ("score__isnull", False),
                    ),
                    models.Q(
                        models.Q(("kind__in", ["copy", "picture"]), _negated=True),
                        ("other_paper", None),
                        ("paper", None),
                        ("score", None),
                    ),
                    _connector="OR",
                ),
                name="fleet_vehicleresemblance_pictures_with_their_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicleresemblance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("judged_at", None), ("judged_by", None), ("reason", ""), ("state", "open")
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("judged_at__isnull", False),
                        ("judged_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="fleet_vehicleresemblance_judged_by_people",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="vehiclecase",
            name="fleet_vehiclecase_held_by_someone",
        ),
        migrations.AddField(
            model_name="vehiclecase",
            name="searched_at",
            field=models.DateTimeField(
                blank=True,
                help_text="when other cases were searched for what is in this one",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="vehiclecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state__in", ["claimed", "returned", "rejected"]), _negated=True),
                        ("agent", None),
                        ("claimed_at", None),
                    ),
                    models.Q(
                        models.Q(("state__in", ["draft", "waiting"]), _negated=True),
                        ("agent__isnull", False),
                        ("claimed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fleet_vehiclecase_held_by_someone",
            ),
        ),
        migrations.AddField(
            model_name="vehiclecase",
            name="declared_at",
            field=models.DateTimeField(blank=True, help_text="last answer on a page", null=True),
        ),
    ]
