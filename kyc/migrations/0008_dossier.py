import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import project.lib.sealed


class Migration(migrations.Migration):
    dependencies = [
        ("kyc", "0007_reproofing_matched"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assistance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "phone",
                    project.lib.sealed.SealedCharField(
                        blank=True,
                        default="",
                        max_length=16,
                        verbose_name="téléphone de la personne",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "français"), ("mg", "malgache"), ("en", "anglais")],
                        max_length=5,
                        verbose_name="langue",
                    ),
                ),
                (
                    "code_reference",
                    models.CharField(blank=True, help_text="of the code sent last", max_length=32),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "begun_at",
                    models.DateTimeField(help_text="the person agreed by code", null=True),
                ),
                (
                    "read_back",
                    models.CharField(
                        blank=True,
                        help_text="fingerprint of what the second code was sent about",
                        max_length=32,
                    ),
                ),
                (
                    "agreed_to",
                    models.CharField(
                        blank=True,
                        help_text="fingerprint of what the person confirmed by code",
                        max_length=32,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "visite au guichet",
                "verbose_name_plural": "visites au guichet",
            },
        ),
        migrations.CreateModel(
            name="Breaker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checker", models.CharField(max_length=30, unique=True)),
                ("failures", models.PositiveIntegerField(default=0, help_text="in a row")),
                (
                    "open_until",
                    models.DateTimeField(help_text="nobody calls before then", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version",
                    models.CharField(
                        help_text="keyed fingerprint of what is asked about", max_length=80
                    ),
                ),
                ("checker", models.CharField(max_length=30)),
                ("reference", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("service_reference", models.CharField(blank=True, max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "à demander"),
                            ("asking", "en cours d'envoi"),
                            ("waiting", "en attente du service"),
                            ("unknown", "sans réponse"),
                            ("clear", "rien à signaler"),
                            ("attention", "à examiner"),
                            ("refused", "défavorable"),
                        ],
                        default="created",
                        max_length=20,
                    ),
                ),
                (
                    "given",
                    models.JSONField(
                        default=dict, help_text="the ids the service gave to its own things"
                    ),
                ),
                (
                    "words",
                    project.lib.sealed.SealedCharField(
                        default="", help_text="the service's own", max_length=200
                    ),
                ),
                ("evidence", project.lib.sealed.SealedJSONField(default=dict)),
                (
                    "is_trial",
                    models.BooleanField(default=False, help_text="the service's own word"),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "next_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="none: left as it is",
                        null=True,
                    ),
                ),
                (
                    "forgotten_at",
                    models.DateTimeField(help_text="when the evidence was deleted", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckCallback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checker", models.CharField(max_length=30)),
                ("is_genuine", models.BooleanField()),
                ("body", project.lib.sealed.SealedTextField(default="", help_text="base64")),
                ("digest", models.CharField(help_text="sha256 of the body", max_length=64)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField(auto_now_add=True)),
                ("last_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="CheckMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("origin", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IdentityResemblance",
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
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="PictureMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        help_text="case and side: `identitycase:12:selfie`", max_length=60
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        help_text="of the whole file, as its sender says", max_length=64
                    ),
                ),
                ("length", models.PositiveIntegerField(help_text="bytes of the whole file")),
                ("received", models.PositiveIntegerField(default=0, help_text="bytes")),
                (
                    "parts",
                    models.JSONField(
                        default=list, help_text="names of the parts in the store, in order"
                    ),
                ),
                (
                    "taken_at",
                    models.DateTimeField(
                        help_text="when somebody began to put it together", null=True
                    ),
                ),
                ("touched_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_held_by_someone",
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_decided_when_judged",
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_refused_with_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_one_approved_per_number",
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_one_live_per_citizen",
        ),
        migrations.AddField(
            model_name="identitycase",
            name="assisted_by",
            field=models.ForeignKey(
                blank=True,
                help_text="the agent who last helped to fill it in, at a counter",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="birth_is_about",
            field=models.BooleanField(default=False, verbose_name="né vers cette année"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="commune",
            field=models.CharField(blank=True, max_length=100, verbose_name="commune"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="district",
            field=models.CharField(blank=True, max_length=3, verbose_name="district"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="employer",
            field=project.lib.sealed.SealedCharField(
                blank=True, max_length=100, verbose_name="employeur"
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="expires_on",
            field=models.DateField(
                blank=True, help_text="the last day it proves anything", null=True
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="expiry",
            field=models.DateField(blank=True, null=True, verbose_name="date de fin de validité"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="fokontany",
            field=models.CharField(blank=True, max_length=100, verbose_name="fokontany"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="income",
            field=project.lib.sealed.SealedCharField(
                blank=True,
                choices=[
                    ("unsaid", "je préfère ne pas répondre"),
                    ("none", "aucun revenu"),
                    ("300k", "moins de 300 000 Ar par mois"),
                    ("1m", "de 300 000 à 1 000 000 Ar par mois"),
                    ("3m", "de 1 000 000 à 3 000 000 Ar par mois"),
                    ("more", "plus de 3 000 000 Ar par mois"),
                ],
                max_length=10,
                verbose_name="revenu",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="income_source",
            field=project.lib.sealed.SealedCharField(
                blank=True,
                choices=[
                    ("unsaid", "je préfère ne pas répondre"),
                    ("salary", "salaire"),
                    ("business", "commerce ou entreprise"),
                    ("farming", "agriculture, élevage ou pêche"),
                    ("pension", "pension ou retraite"),
                    ("family", "aide de la famille"),
                    ("other", "autre"),
                ],
                max_length=10,
                verbose_name="origine des revenus",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="lot",
            field=project.lib.sealed.SealedCharField(
                blank=True, max_length=150, verbose_name="lot ou rue"
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="nationality",
            field=models.CharField(blank=True, max_length=50, verbose_name="nationalité"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="paper",
            field=models.CharField(
                blank=True,
                choices=[
                    ("cin", "carte nationale d'identité (CIN)"),
                    ("passport", "passeport"),
                    ("resident_card", "carte de résident"),
                    ("loss_receipt", "récépissé de déclaration de perte"),
                    ("attestation", "attestation tenant lieu de carte"),
                    ("nui", "numéro d'identification unique (NUI)"),
                ],
                max_length=20,
                verbose_name="pièce",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="reason_code",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="reopened",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="resumed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="sex",
            field=models.CharField(
                blank=True,
                choices=[("F", "féminin"), ("M", "masculin")],
                max_length=1,
                verbose_name="sexe",
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="suspended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="suspended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, help_text="times it was sent"),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="warned",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="days: of the last warning before its end that was sent",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="code",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("phone", "confirmer un téléphone"),
                    ("email", "confirmer une adresse e-mail"),
                    ("reset", "choisir un nouveau mot de passe"),
                    ("device", "se connecter sur un nouvel appareil"),
                    ("reproofing", "prouver qui on est, au guichet"),
                    ("counter", "remplir son dossier avec un agent, au guichet"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="side",
            field=models.CharField(
                choices=[
                    ("identity_front", "pièce d'identité, recto"),
                    ("identity_back", "pièce d'identité, verso"),
                    ("selfie", "photo de vous"),
                    ("proof_of_address", "justificatif de domicile"),
                    ("carte_grise_front", "carte grise, recto"),
                    ("carte_grise_back", "carte grise, verso"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="identitycase",
            name="address",
            field=project.lib.sealed.SealedCharField(
                blank=True, max_length=200, verbose_name="domicile écrit sur la pièce"
            ),
        ),
        migrations.AlterField(
            model_name="identitycase",
            name="number",
            field=project.lib.sealed.SealedCharField(
                blank=True, max_length=24, null=True, verbose_name="numéro de la pièce"
            ),
        ),
        migrations.AlterField(
            model_name="identitycase",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "à compléter"),
                    ("waiting", "en attente d'examen"),
                    ("claimed", "en cours d'examen"),
                    ("returned", "à corriger"),
                    ("approved", "approuvé"),
                    ("rejected", "rejeté"),
                    ("expired", "expiré"),
                    ("suspended", "suspendu"),
                ],
                default="draft",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="identitycase",
            index=models.Index(fields=["number_index"], name="kyc_identitycase_number"),
        ),
        migrations.AddIndex(
            model_name="identitycase",
            index=models.Index(
                condition=models.Q(("state", "approved")),
                fields=["expires_on"],
                name="kyc_identitycase_ending",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
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
                name="kyc_identitycase_held_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state__in", ["draft", "waiting", "claimed"])),
                    models.Q(
                        models.Q(("state__in", ["draft", "waiting", "claimed"]), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="kyc_identitycase_decided_when_judged",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["returned", "rejected"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("reason_code", ""), _negated=True),
                    _connector="OR",
                ),
                name="kyc_identitycase_refused_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    (
                        "paper__in",
                        ["cin", "passport", "resident_card", "loss_receipt", "attestation", "nui"],
                    ),
                    _connector="OR",
                ),
                name="kyc_identitycase_sent_with_a_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["approved", "suspended"])),
                fields=("paper", "number_index"),
                name="kyc_identitycase_one_approved_per_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "waiting", "claimed", "returned"])),
                fields=("citizen",),
                name="kyc_identitycase_one_under_way_per_citizen",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["approved", "suspended"])),
                fields=("citizen",),
                name="kyc_identitycase_one_approved_per_citizen",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "suspended"), _negated=True),
                    models.Q(
                        ("resumed_by", None),
                        ("suspended_at__isnull", False),
                        ("suspended_by__isnull", False),
                        models.Q(("reason_code", ""), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="kyc_identitycase_suspended_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resumed_by", None), ("suspended_by", None)),
                    models.Q(("state", "suspended"), ("suspended_by__isnull", False)),
                    models.Q(
                        ("resumed_by__isnull", False),
                        ("suspended_by__isnull", False),
                        models.Q(("resumed_by", models.F("suspended_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="kyc_identitycase_resumed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("assisted_by", None),
                    ("state__in", ["draft", "waiting", "returned"]),
                    models.Q(("agent", models.F("assisted_by")), _negated=True),
                    _connector="OR",
                ),
                name="kyc_identitycase_never_judged_by_who_helped",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("assisted_by", None),
                    models.Q(("assisted_by", models.F("citizen")), _negated=True),
                    _connector="OR",
                ),
                name="kyc_identitycase_never_helped_by_oneself",
            ),
        ),
        migrations.AddField(
            model_name="assistance",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assistances_given",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="assistance",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assistances",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddField(
            model_name="assistance",
            name="citizen",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assistances",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="check",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checks",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddField(
            model_name="checkcallback",
            name="of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="callbacks",
                to="kyc.check",
            ),
        ),
        migrations.AddField(
            model_name="checkmove",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="checkmove",
            name="of",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="log", to="kyc.check"
            ),
        ),
        migrations.AddField(
            model_name="identityresemblance",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resemblances",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddField(
            model_name="identityresemblance",
            name="judged_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identityresemblance",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resembled",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddField(
            model_name="identityresemblance",
            name="other_paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kyc.document",
            ),
        ),
        migrations.AddField(
            model_name="identityresemblance",
            name="paper",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kyc.document",
            ),
        ),
        migrations.AddField(
            model_name="personkey",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="person_keys",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddField(
            model_name="picturemark",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="kyc.document"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uploads",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="assistance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("agent",),
                name="kyc_assistance_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("citizen",),
                name="kyc_assistance_one_agent_per_citizen",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("citizen", None),
                    models.Q(("citizen", models.F("agent")), _negated=True),
                    _connector="OR",
                ),
                name="kyc_assistance_of_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreed_to", ""),
                        ("begun_at", None),
                        ("case", None),
                        ("citizen", None),
                        ("read_back", ""),
                    ),
                    models.Q(
                        ("begun_at__isnull", False),
                        ("case__isnull", False),
                        ("citizen__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="kyc_assistance_begun_with_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed_to", ""), ("agreed_to", models.F("read_back")), _connector="OR"
                ),
                name="kyc_assistance_agreed_to_what_was_read",
            ),
        ),
        migrations.AddIndex(
            model_name="check",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at"],
                name="kyc_check_due",
            ),
        ),
        migrations.AddIndex(
            model_name="check",
            index=models.Index(fields=["checker", "service_reference"], name="kyc_check_theirs"),
        ),
        migrations.AddConstraint(
            model_name="check",
            constraint=models.UniqueConstraint(
                fields=("case", "version", "checker"), name="kyc_check_one_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="check",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["clear", "attention", "refused"]), _negated=True),
                    ("answered_at__isnull", False),
                    _connector="OR",
                ),
                name="kyc_check_answered_when_judged",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkcallback",
            constraint=models.UniqueConstraint(
                fields=("checker", "digest", "is_genuine"), name="kyc_checkcallback_kept_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="identityresemblance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("paper", None)),
                fields=("kind", "case", "other"),
                name="kyc_identityresemblance_once_a_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityresemblance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("paper__isnull", False)),
                fields=("paper", "other_paper"),
                name="kyc_identityresemblance_once_for_two_pictures",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityresemblance",
            constraint=models.CheckConstraint(
                condition=models.Q(("case__gt", models.F("other"))),
                name="kyc_identityresemblance_later_one_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityresemblance",
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
                name="kyc_identityresemblance_pictures_with_their_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityresemblance",
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
                name="kyc_identityresemblance_judged_by_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="personkey",
            constraint=models.UniqueConstraint(fields=("key", "case"), name="kyc_personkey_once"),
        ),
        migrations.AddConstraint(
            model_name="picturemark",
            constraint=models.UniqueConstraint(
                fields=("mark", "document"), name="kyc_picturemark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(
                fields=("owner", "place"), name="kyc_upload_one_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("length__gt", 0),
                    ("length__lte", 10485760),
                    ("received__lte", models.F("length")),
                ),
                name="kyc_upload_within_its_length",
            ),
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("approved", "approuvé"),
                            ("returned", "renvoyé pour correction"),
                            ("rejected", "rejeté"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=20)),
                ("sent_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField()),
                (
                    "points",
                    models.PositiveSmallIntegerField(help_text="of kyc.score, from 0 to 100"),
                ),
                (
                    "lines",
                    models.JSONField(
                        default=dict, help_text="signal of kyc.score → how it turned out"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_held_by_someone",
        ),
        migrations.AddField(
            model_name="identitycase",
            name="stage",
            field=models.CharField(
                blank=True,
                help_text="the first section that is not done, or check; empty: nothing was saved yet",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="check",
            index=models.Index(fields=["created_at"], name="kyc_check_begun"),
        ),
        migrations.AddIndex(
            model_name="identitycase",
            index=models.Index(fields=["created_at"], name="kyc_identitycase_begun"),
        ),
        migrations.AddIndex(
            model_name="identitycasemove",
            index=models.Index(
                condition=models.Q(("origin__in", ["draft", "returned"]), ("state", "waiting")),
                fields=["at"],
                name="kyc_identitycasemove_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
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
                name="kyc_identitycase_held_by_someone",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="kyc.identitycase",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["decided_at"], name="kyc_decision_when"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("case", "sent_at"), name="kyc_decision_once_a_sending"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["approved", "returned", "rejected"])),
                name="kyc_decision_is_a_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__lte", 100)), name="kyc_decision_points"
            ),
        ),
        migrations.AddField(
            model_name="identitycase",
            name="searched_at",
            field=models.DateTimeField(
                blank=True,
                help_text="when other cases were searched for what is in this one",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="assistance",
            name="agreed_to",
            field=models.CharField(
                blank=True,
                help_text="fingerprint of what the person confirmed by code",
                max_length=80,
            ),
        ),
        migrations.AlterField(
            model_name="assistance",
            name="read_back",
            field=models.CharField(
                blank=True,
                help_text="fingerprint of what the second code was sent about",
                max_length=80,
            ),
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deletes",
                    models.CharField(
                        choices=[("none", "rien"), ("few", "peu"), ("all", "tout")],
                        default="none",
                        max_length=10,
                    ),
                ),
                (
                    "done",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="slices that are compared"
                    ),
                ),
                ("files", models.PositiveIntegerField(default=0, help_text="seen in the store")),
                ("orphans", models.PositiveIntegerField(default=0, help_text="files no row names")),
                ("deleted", models.PositiveIntegerField(default=0, help_text="of the orphans")),
                (
                    "strangers",
                    models.PositiveIntegerField(
                        default=0, help_text="files whose name is not ours"
                    ),
                ),
                (
                    "missing",
                    models.PositiveIntegerField(
                        default=0, help_text="files that a row names, not there"
                    ),
                ),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="identitycase",
            name="declared_at",
            field=models.DateTimeField(blank=True, help_text="last answer on a page", null=True),
        ),
        migrations.RemoveConstraint(
            model_name="identitycase",
            name="kyc_identitycase_suspended_with_a_reason",
        ),
        migrations.AddField(
            model_name="document",
            name="paper",
            field=models.CharField(
                blank=True,
                choices=[
                    ("cin", "carte nationale d'identité (CIN)"),
                    ("passport", "passeport"),
                    ("resident_card", "carte de résident"),
                    ("loss_receipt", "récépissé de déclaration de perte"),
                    ("attestation", "attestation tenant lieu de carte"),
                    ("nui", "numéro d'identification unique (NUI)"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "suspended"), _negated=True),
                    models.Q(
                        ("resumed_by", None),
                        ("suspended_at__isnull", False),
                        ("suspended_by__isnull", False),
                        models.Q(("reason_code", ""), _negated=True),
                        models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("reason_code", "suspended_other"), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="kyc_identitycase_suspended_with_a_reason",
            ),
        ),
    ]
