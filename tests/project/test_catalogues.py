"""The catalogues of the three languages: whole, well formed, and really what people read."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import polib
import pytest
from allauth.account import forms as account_forms
from django.conf import settings
from django.core.management import call_command
from django.template.base import Lexer, TokenType
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext, override

from fleet.forms import VehicleForm
from kyc.accounts import Adapter
from kyc.forms import accounts, cases, factors, privacy
from kyc.forms import staff as staff_forms
from notify import messages
from notify.models import Message
from project.management.commands.french_spaces import BORROWED, spaced
from taxes import forms as taxes_forms
from tests.factories import IdentityCaseFactory, UserFactory

ROOT = settings.ROOT
LANGUAGES = [code for code, _name in settings.LANGUAGES]
SOURCES = ("project", "notify", "kyc", "fleet", "taxes")
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "mg": "nplurals=2; plural=(n > 1);",
    "en": "nplurals=2; plural=(n != 1);",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|</?\w+>|\n|https?://\S+")


def path_of(language):
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def catalogue(language):
    return polib.pofile(str(path_of(language)))


def key_of(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def texts_of(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """What makemessages finds in the sources today, from a copy, with empty catalogues."""
    copy = tmp_path_factory.mktemp("sources")
    for folder in (*SOURCES, "templates"):
        leave = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    (copy / "locale").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "mg", "--no-wrap"],
        cwd=copy,
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = polib.pofile(str(copy / "locale" / "mg" / "LC_MESSAGES" / "django.po"))
    return {key_of(entry) for entry in found}


# --- Whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_every_string_of_the_sources_and_no_other(language, extracted):
    held = {key_of(entry) for entry in catalogue(language)}
    assert extracted - held == set(), "run `make messages`, then translate"
    assert held - extracted == set(), "run `make messages`"
    assert len(held) > 500


def faults(entries):
    """Entries nobody has finished: empty, guessed, or left behind."""
    return [
        entry.msgid
        for entry in entries
        if entry.obsolete or entry.fuzzy or not all(texts_of(entry))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_guessed_or_left_behind(language):
    assert faults(catalogue(language)) == []


@pytest.mark.parametrize(
    "entry",
    [
        polib.POEntry(msgid="Payer", msgstr=""),
        polib.POEntry(msgid="Payer", msgstr="Handoa", flags=["fuzzy"]),
        polib.POEntry(msgid="Payer", msgstr="Handoa", obsolete=True),
        polib.POEntry(msgid="an", msgid_plural="ans", msgstr_plural={0: "taona", 1: ""}),
    ],
    ids=["missing", "guessed", "left behind", "half a plural"],
)
def test_an_unfinished_entry_is_noticed(entry):
    assert faults([entry]) == [entry.msgid]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_tags_and_lines(language):
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(language)
        for index, text in enumerate(texts_of(entry))
        if Counter(PLACEHOLDER.findall(text))
        != Counter(PLACEHOLDER.findall(entry.msgid_plural if index else entry.msgid))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_gettext_itself_finds_nothing_wrong(language):
    command = ["msgfmt", "--check", "--output-file", os.devnull, str(path_of(language))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_those_of_the_language(language):
    held = catalogue(language)
    assert held.metadata["Plural-Forms"] == PLURALS[language]
    assert held.metadata["Language"] == language
    plurals = [entry for entry in held if entry.msgid_plural]
    assert plurals
    assert {tuple(entry.msgstr_plural) for entry in plurals} == {(0, 1)}


def test_malagasy_is_not_french_left_as_it_was():
    quoted = re.compile(r"« (?:Puissance|né vers|Le plus compatible) »")
    french = re.compile(r"[éèêçûœ]|\b(?:vous|votre|est|pas|avec|les|des)\b")
    found = [
        text
        for entry in catalogue("mg")
        for text in texts_of(entry)
        if french.search(text.replace("Mo", "")) and not quoted.search(text)
    ]
    assert found == []


# --- French spacing -----------------------------------------------------------------------------


def test_sources_are_written_with_plain_spaces():
    found = [entry.msgid for entry in catalogue("fr") if re.search("[\u00a0\u202f]", entry.msgid)]
    assert found == []


def test_the_french_catalogue_is_what_its_rule_writes():
    call_command("french_spaces", check=True)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Pourquoi ce montant ?", "Pourquoi ce montant\u202f?"),
        ("Vérifiez ; puis envoyez !", "Vérifiez\u202f; puis envoyez\u202f!"),
        ("Échéance : %(day)s.", "Échéance\u00a0: %(day)s."),
        ("après « Anarana »", "après «\u00a0Anarana\u00a0»"),
        ("« %(detail)s ».", "«\u00a0%(detail)s\u00a0»."),
        ("l'adresse : <strong>%(host)s</strong>", "l'adresse\u00a0: <strong>%(host)s</strong>"),
        ("10 Mo au plus", "10\u00a0Mo au plus"),
        ("Erreur\u00a0:", "Erreur\u00a0:"),
        ("à 12:30, sur https://hetra.mg/?a=1", "à 12:30, sur https://hetra.mg/?a=1"),
        ("034 12 345 67", "034 12 345 67"),
        ("%(year)s − %(first)s", "%(year)s − %(first)s"),
    ],
)
def test_french_spaces_stand_where_french_people_put_them(typed, read):
    assert spaced(typed) == read
    assert spaced(read) == read


# The letters of GSM 03.38: one other and a message of 160 characters is cut at 70.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_are_written_in_the_letters_of_text_messages(language):
    texts = [
        entry.msgstr
        for entry in catalogue(language)
        if all(place.endswith(".sms.txt") for place, _line in entry.occurrences)
    ]
    # French words have a ç here and there; its no-break spaces would be in every message.
    allowed = GSM | {"ç"} if language == "fr" else GSM
    assert len(texts) > 5
    assert {text: set(text) - allowed for text in texts if set(text) - allowed} == {}


# --- The words of libraries ---------------------------------------------------------------------


def borrowed():
    return [entry for entry in catalogue("mg") if (BORROWED, "") in entry.occurrences]


def test_every_borrowed_string_is_still_its_librarys():
    homes = [Path(django.__file__).parent, Path(allauth.__file__).parent]
    known = {
        key_of(entry)
        for home in homes
        for path in home.rglob("locale/fr/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
    }
    assert {key_of(entry) for entry in borrowed()} - known == set()
    assert len(borrowed()) > 60


FORMS = [
    *(
        form
        for room in (accounts, cases, factors, privacy, staff_forms, taxes_forms)
        for form in vars(room).values()
        if hasattr(form, "base_fields")
    ),
    VehicleForm,
    account_forms.AddEmailForm,
    account_forms.ChangePasswordForm,
    account_forms.SetPasswordForm,
    account_forms.ResetPasswordKeyForm,
    account_forms.ReauthenticateForm,
    account_forms.ChangePhoneForm,
    account_forms.VerifyPhoneForm,
    account_forms.ConfirmPasswordResetCodeForm,
]
# Fields that the settings leave out, and the word of a widget that none of our forms has.
UNSEEN = {"remember", "username", "contradiction"}


def words_of(field):
    """Everything lazy that a field may say: its label, hint, errors, validators and choices."""
    yield from (field.label, field.help_text)
    yield from (text for code, text in field.error_messages.items() if code not in UNSEEN)
    yield from (check.message for check in field.validators if hasattr(check, "message"))
    yield from (label for _value, label in getattr(field, "choices", ()))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_word_of_a_form_has_its_malagasy(form):
    held = {capfirst(text) for entry in catalogue("mg") for text in texts_of(entry)}
    lazy = [
        word
        for name, field in form.base_fields.items()
        for word in words_of(field)
        if name not in UNSEEN and isinstance(word, Promise)
    ]
    with override("mg"):
        said = {capfirst(str(word)) for word in lazy} - {""}
    assert {word for word in said if word not in held and "<" not in word} == set()


def test_every_refusal_of_an_account_has_its_malagasy():
    unseen = {"username_blacklisted", "username_taken", "username_password_mismatch"}
    held = {text for entry in catalogue("mg") for text in texts_of(entry)}
    with override("mg"):
        said = {
            code: str(text) for code, text in Adapter.error_messages.items() if code not in unseen
        }
    assert {code: text for code, text in said.items() if text not in held} == {}
    assert len(said) > 15


# --- Dates and durations ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "written"),
    [("mg", "20 novambra 2026"), ("fr", "20 novembre 2026"), ("en", "20 November 2026")],
)
def test_a_date_is_written_in_the_language_of_the_page(language, written):
    with override(language):
        assert date_format(date(2026, 11, 20)) == written


def test_every_month_and_day_has_a_malagasy_name():
    with override("mg"):
        months = {date_format(date(2026, month, 1), "F") for month in range(1, 13)}
        days = {date_format(date(2026, 11, day), "l") for day in range(1, 8)}
    with override("fr"):
        french = {date_format(date(2026, month, 1), "F") for month in range(1, 13)}
    assert (len(months), len(days), months & french) == (12, 7, set())


@pytest.mark.parametrize(
    ("language", "written"),
    [("mg", "1 andro, adiny 3"), ("fr", "1 jour, 3 heures"), ("en", "1 day, 3 hours")],
)
def test_a_duration_is_written_in_the_language_of_the_page(language, written):
    begun = now()
    with override(language):
        assert (
            timesince(begun, begun + timedelta(days=1, hours=3)).replace("\u00a0", " ") == written
        )


@pytest.mark.parametrize(
    ("language", "none", "one", "two"),
    [
        ("mg", "taona", "taona", "taona"),
        ("fr", "an", "an", "ans"),
        ("en", "years", "year", "years"),
    ],
)
def test_an_age_agrees_with_its_number(language, none, one, two):
    with override(language):
        said = [ngettext("%(count)s an", "%(count)s ans", n) % {"count": n} for n in range(3)]
    assert said == [f"0 {none}", f"1 {one}", f"2 {two}"]


# --- Pages and messages -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_language_its_reader_chose(client, language):
    with override(language):
        title = gettext("Payez la taxe annuelle de votre véhicule")
    answer = client.post(reverse("set_language"), {"language": language, "next": "/"}, follow=True)
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    assert title in page
    assert answer.headers["Content-Language"] == language


@pytest.mark.django_db
def test_a_language_we_do_not_speak_gives_french(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert '<html lang="fr">' in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_forgotten_field_is_told_in_malagasy(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "mg"
    page = client.post(reverse("account_signup"), {}).content.decode()
    assert "Tsy maintsy fenoina ity saha ity." in page
    assert "Misy olana" in page


@pytest.mark.django_db
def test_choosing_a_language_changes_it_for_messages_too(client, login):
    person = UserFactory()
    login(person).post(reverse("set_language"), {"language": "mg", "next": "/"})
    person.refresh_from_db()
    assert person.language == "mg"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [("mg", "nekena ny dosienao"), ("fr", "est approuvé"), ("en", "is approved")],
)
def test_messages_are_in_the_language_of_whoever_reads_them(language, words):
    person = UserFactory(language=language, mailed=True)
    with override("fr" if language != "fr" else "en"):  # as the agent's own page is
        sent = messages.send("case_approved", to=person, case=IdentityCaseFactory(approved=True))
    assert {message.channel for message in sent} == {Message.Channel.SMS, Message.Channel.EMAIL}
    assert all(words in message.body for message in sent)


# --- What is not marked -------------------------------------------------------------------------

TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
# Shown when no language can be known: they speak all three.
STATIC = {"400.html", "500.html"}
READ_ALOUD = {"alt", "title", "aria-label", "placeholder", "label", "data-label", "data-hide"}
NAMES = {"Hetra", "CV", "Ar", "Fiteny", "langue", "language"}
WORD = re.compile(r"[^\W\d_]{2,}")


class Visible(HTMLParser):
    """Collects what a page says, to the eye or to a screen reader."""

    def __init__(self):
        super().__init__()
        self.said = []
        self.is_code = False

    def handle_starttag(self, tag, attrs):
        self.is_code = tag in ("script", "style")
        self.said += [value or "" for name, value in attrs if name in READ_ALOUD]

    def handle_endtag(self, tag):
        self.is_code = False

    def handle_data(self, data):
        if not self.is_code:
            self.said.append(data)


def bare_words(source, *, is_html=True):
    """Words of a template that no translator will see."""
    text, literals, until = "", "", ""
    for token in Lexer(source).tokenize():
        tag = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = "" if tag == until else until
        elif tag in ("blocktranslate", "comment"):
            until = f"end{tag}"
        elif token.contents in ("block body_class", "block bodyclass", "block coltype"):
            until = "endblock"
        elif token.token_type == TokenType.TEXT:
            text += token.contents
        elif token.token_type != TokenType.COMMENT:
            text += "0"
            # A word for people begins with a capital or has an accent; names of things do not.
            if tag not in ("translate", "url", "static", "include", "extends", "load"):
                literals += " ".join(re.findall(r"(?<!_\()\"([A-ZÀ-Ý][^\"]*)\"", token.contents))
                literals += " "
    if is_html:
        parser = Visible()
        parser.feed(text)
        text = " ".join(said for said in parser.said if "{" not in said)
    found = WORD.findall(text) + WORD.findall(re.sub(r"[A-Z_]{4,}|SHORT\w+", "", literals))
    return [word for word in found if word not in NAMES]


@pytest.mark.parametrize(
    "template",
    [path for path in TEMPLATES if path.name not in STATIC],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_word_of_a_template_can_be_translated(template):
    source = template.read_text(encoding="utf-8")
    assert bare_words(source, is_html=template.suffix in {".html", ".svg"}) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Bonjour</p>",
        '<img alt="Votre photo">',
        '<button aria-label="{{ x }} Fermer">',
        '{% badge "good" "Payée" %}',
        "{% if a %}Payée{% endif %}",
    ],
)
def test_a_word_left_bare_is_noticed(source):
    assert bare_words(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="hint">{% translate "Bonjour" %} {{ name }}</p>',
        '{% badge "good" _("Payée") %}',
        "{% blocktranslate %}Bonjour {{ name }}{% endblocktranslate %}",
        "{% comment %}Needs a form.{% endcomment %}{# and more #}",
        "<script>const word = 1</script>",
    ],
)
def test_a_word_that_is_marked_is_left_alone(source):
    assert bare_words(source) == []


@pytest.mark.parametrize("name", sorted(STATIC))
def test_a_page_without_a_language_speaks_all_three(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    assert re.findall(r'<section lang="(\w+)">', source) == LANGUAGES


# What papers print and what people of the demo have typed is data, in its own language.
PRINTED = ("kyc/ocr/", "kyc/cin.py", "project/sandbox/", "project/management/", "project/demo.py")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext"}
FRENCH = re.compile(r"[éèêàçûîœÉÀ]|\b(?:vous|votre|une|des|les|est|pas|avec)\b")


def bare_strings(source):
    """French in Python that is neither marked for translation nor a docstring."""
    tree = ast.parse(source)
    spared = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKERS:
                spared.update(id(part) for part in ast.walk(node))
        elif isinstance(node, ast.Expr):  # a docstring
            spared.add(id(node.value))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in spared
        and FRENCH.search(node.value)
    ]


def test_no_french_of_the_programs_is_left_unmarked():
    found = {
        name: strings
        for path in sorted(file for app in SOURCES for file in (ROOT / app).rglob("*.py"))
        if not (name := str(path.relative_to(ROOT))).startswith(PRINTED)
        and "migrations" not in path.parts
        and (strings := bare_strings(path.read_text(encoding="utf-8")))
    }
    # Each language in its own words.
    assert found.pop("project/context.py") == ["Français"]
    assert found.pop("project/settings/base.py") == ["ne-pas-repondre@localhost"]
    # Names.
    assert found.pop("kyc/districts.py") == ["Port-Bergé"]
    assert found == {}


def test_french_left_unmarked_is_noticed():
    assert bare_strings('"""Doc à part."""\nx = _("Payé")\ny = "Payé"') == ["Payé"]
