"""What pages say in another language, and what was left in French on them."""

import gettext
import re
from functools import cache

from django.conf import settings
from django.utils import translation

# Words of French sentences that no Malagasy word is spelt like.
FRENCH = re.compile(
    r"\b(vous|votre|vos|les|des|une|sont|pour|avec|dans|nous|sur|du|au|qui)\b", re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]{2,}")
MOST = 3  # words of what people have written themselves: names, places, days
JOINT = re.compile(r"\s*[:·]\s+|(?<=\.)\s+")
REFERENCE = re.compile(r" ?\b[A-Z]{2}-\d{6}")
SLOT = re.compile(r"%(?:\(\w+\))?[sd]")
# Everything that is read or spoken, but not what says itself which language it is in.
READ = """() => {
  const said = [document.title], foreign = "script, style, template, noscript, body [lang]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest(foreign)) said.push(node.data);
  }
  document.querySelectorAll("body *").forEach((node) => {
    if (node.closest(foreign)) return;
    for (const name of ["aria-label", "alt", "placeholder", "title"])
      if (node.hasAttribute(name)) said.push(node.getAttribute(name));
  });
  return said;
}"""


def speaker(language):
    """What a sentence of the code is in that language."""

    def say(sentence, **fields):
        with translation.override(language):
            return translation.gettext(sentence) % fields

    return say


@cache
def _sentences(language):
    """The catalogue: French that must not be seen, and what may be, as patterns."""
    catalogue = gettext.translation("django", settings.LOCALE_PATHS[0], [language])._catalog
    # What has a plural is listed with its number.
    pairs = [
        (key if isinstance(key, str) else key[0], said) for key, said in catalogue.items() if said
    ]
    french = [key.split("\x04")[-1] for key, said in pairs if key.split("\x04")[-1] != said]
    said = {said for key, said in pairs if key}
    return _pattern(french), _pattern(said)


def _pattern(sentences):
    """Any of the sentences, whole, with anything in their slots."""
    worded = [line for line in sentences if len(re.findall(r"\w", SLOT.sub("", line))) > 3]
    parts = (
        ".+?".join(re.escape(_flat(part)) for part in SLOT.split(line.replace("%%", "%")))
        for line in worded
    )
    return re.compile("|".join(parts), re.IGNORECASE)


def _flat(text):
    return re.sub(r"\s+", " ", text)


def then_nothing_is_left_in_french(page, language):
    """The page says it is in that language, and no line of it is French, known or unknown."""
    assert page.locator("html").get_attribute("lang") == language
    lines = {_flat(REFERENCE.sub("", line)).strip() for line in page.evaluate(READ)}
    left = [line for line in lines if line and _is_left(line, *_sentences(language))]
    assert left == [], f"{page.url}\n" + "\n".join(left)


def _is_left(line, french, said):
    """Whether a line is none of the catalogue's, nor two of them in a row."""
    if said.fullmatch(line):
        return False
    for joint in JOINT.finditer(line):
        parts = line[: joint.start()], line[joint.end() :]
        if not any(_is_left(part, french, said) for part in parts):
            return False
    is_french = french.fullmatch(line) or FRENCH.search(line)
    return bool(is_french or len(WORD.findall(line)) > MOST)
