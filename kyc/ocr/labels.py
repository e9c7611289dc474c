"""Finding printed labels in lines of text, however badly read."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from kyc.ocr.lines import Line, Span, plain

LONGEST = 7  # words of a label
LOOSE = 0.6  # likeness from which what follows a slash is the same label in the other language
# Codes at the head of a line as they are misread: figures for letters.
MISREAD = {
    **{f"{seen}.{figure}": f"D.{figure}" for seen in "0OQ" for figure in "123"},
    "5.1": "S.1",
    "8.1": "S.1",
    "5.2": "S.2",
    "6.1": "G.1",
    "6": "G",
    "8": "B",
    "1.1": "J.1",
    "1.2": "J.2",
    "1.3": "J.3",
}
# A label we cannot read between a code and what is printed in capitals or figures.
UNKNOWN = re.compile(
    r"[^\d:]{2,32}:|(?:(?!(?i:lot|villa)\b)[^\W_]*[a-zà-ÿ][^\W_]*[.:]?\s+){1,3}"
    r"(?=[A-ZÀ-Ý]{2}|\d|(?i:lot)\b)"
)
# Words that go on with a label before its mark; what makes another label, or none, of a word.
MORE = re.compile(
    r"(?:\s+[a-zà-ÿ'’]{3,}){1,2}(?=\s*[:/])|\s+(?:exact|actuel|compl[eè]t|habituel|personnel|l[eé]gal"
    r"|permanent|officiel|usuel|patronymique|ankehitriny|feno)[a-z]{0,3}\b"
)
GOES_ON = re.compile(r"\s+(?:et|de|du|des|d['’])(?![a-zà-ÿ])")
NOT_ONE = re.compile(r"(?i)\bsans[\s.]*$")
UNIT = re.compile(r"(?i)\s+(?:en\s+)?(?:cm[3³]|cc|kgs?|cv)(?=\s*(?:[:=]|$))")  # behind a label
SPELT = 0.9  # likeness under which a short word that was clearly read is another word
LONG = 11  # letters
CLEAR = 0.8  # likelihood of each of its signs
LEAST = 5  # letters of a label that may be guessed
GUESS = 0.64  # likeness of a label that is guessed
AHEAD = 0.06  # likeness by which it must be likelier than any other
INSIDE = 0.86  # likeness asked of a label that does not begin its line


@dataclass(frozen=True, eq=False)
class Label:
    """A label found: its name, where it stands, and how alike it is from 0 to 1."""

    name: str
    span: Span
    likeness: float


@dataclass(frozen=True)
class _Piece:
    """A word of a line: its plain letters, and from which sign to which it goes."""

    text: str
    start: int
    end: int


class Labels:
    """The labels of one kind of paper: a name for each printed variant, and codes such as D.1.

    A name that begins with `_` is known only so that it is not taken for a value. `tails` are
    words that mean something only after another label and a slash, `heads` patterns of short words
    that are labels at the head of a line.
    """

    def __init__(
        self,
        printed: dict[str, tuple[str, ...]],
        codes: dict[str, str] | None = None,
        tails: dict[str, tuple[str, ...]] | None = None,
        heads: dict[str, str] | None = None,
        never: frozenset[str] = frozenset(),
    ):
        self.names = {plain(text): name for name, texts in printed.items() for text in texts}
        self.codes = codes or {}
        self.heads = {name: re.compile(pattern) for name, pattern in (heads or {}).items()}
        self.tails = {
            name: [plain(text) for text in texts] for name, texts in (tails or {}).items()
        }
        for text, name in self.names.items():
            self.tails.setdefault(name, []).append(text)
        self.never = never
        self.counts = {text: Counter(text) for text in self.names}
        self.find = lru_cache(maxsize=8192)(self._find)

    def _find(self, text: str) -> tuple[str, float] | None:
        """The label this plain text is, and how alike from 0 to 1."""
        if text in self.names:
            return self.names[text], 1.0
        if text in self.never:
            return None
        best: tuple[str, float] | None = None
        counted = Counter(text)
        for variant, name in self.names.items():
            size = len(variant)
            if size < 4 or abs(size - len(text)) > 0.3 * size:
                continue
            floor = best[1] if best else _threshold(size)
            shared = (counted & self.counts[variant]).total()
            if 2 * shared / (size + len(text)) < floor:
                continue
            alike = SequenceMatcher(None, variant, text, autojunk=False).ratio()
            if alike >= floor:
                best = (name, alike)
        return best

    def guess(self, text: str, *, least: int = LEAST) -> tuple[str, float] | None:
        """The label that badly read words were most likely, if one is likelier than all others."""
        best: dict[str, float] = {}
        for piece in re.split(r"[/|(]", text):
            said = plain(piece)
            if said in self.never:
                continue
            for variant, name in self.names.items():
                size = len(variant)
                if size < least or abs(size - len(said)) > 0.35 * size:
                    continue
                alike = SequenceMatcher(None, variant, said, autojunk=False).ratio()
                best[name] = max(best.get(name, 0.0), alike)
        ranked = sorted(best.items(), key=lambda each: -each[1])
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        is_sure = ranked and ranked[0][1] >= GUESS and ranked[0][1] - second >= AHEAD
        return ranked[0] if is_sure else None

    def within(self, line: Line) -> list[Label]:
        """The labels of a line, left to right."""
        pieces = _pieces(line)
        found = []
        for start in range(len(pieces)):
            text = ""
            for end in range(start + 1, min(len(pieces), start + LONGEST) + 1):
                text += pieces[end - 1].text
                if len(text) > 44:
                    break
                match = self.find(text) if len(text) >= 2 or text in self.names else None
                if match and self._stands_well(match, text, line, pieces, start, end):
                    weight = len(text) * (3 * match[1] - 2)
                    found.append((weight, start, end, match))
        taken: set[int] = set()
        kept = []
        for _weight, start, end, (name, alike) in sorted(found, key=lambda each: -each[0]):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                kept.append((start, end, name, alike))
        labels = [
            self._with_tail(line, pieces, start, end, name, alike)
            for start, end, name, alike in sorted(kept)
        ]
        labels = self._with_codes(line, pieces, _apart(labels))
        labels = _with_twins(self._with_bracketed(line, labels))
        return labels or self._with_head(line) or _unknown(line)

    def means(self, name: str, text: str, least: float = LOOSE) -> bool:
        """Whether this is, badly read, another wording of a label's, rather than a value."""
        said = plain(text)
        return any(
            self.names[variant] == name
            and abs(len(variant) - len(said)) <= 0.4 * len(variant)
            and SequenceMatcher(None, variant, said, autojunk=False).ratio() >= least
            for variant in self.names
        )

    def _glued(self, line: Line) -> Label | None:
        """A label in capitals to which the value in capitals is glued."""
        word = re.match(r"[A-ZÀ-Ý'’]{8,}", line.text)
        said = plain(word[0]) if word else ""
        fitting = [v for v in self.names if LEAST <= len(v) <= len(said) - 3 and said.startswith(v)]
        if not fitting:
            return None
        longest = max(fitting, key=len)
        ends = [at for at, sign in enumerate(line.text) if sign.isalpha()]
        return Label(self.names[longest], Span(line, 0, ends[len(longest) - 1] + 1), 0.85)

    def _with_head(self, line: Line) -> list[Label]:
        if glued := self._glued(line):
            return [glued]
        for name, pattern in self.heads.items():
            if match := pattern.match(line.text):
                return [Label(name, Span(line, 0, match.end()), 0.85)]
        return []

    def _stands_well(self, match, text, line, pieces, start, end) -> bool:
        """Whether a label may stand here: short ones only at a line's head and before a mark."""
        name, alike = match
        signs = line.chars[pieces[start].start : pieces[end - 1].end]
        if alike < SPELT and len(text) < LONG and min(char.score for char in signs) > CLEAR:
            return False
        after = line.text[pieces[end - 1].end :]
        if alike < 1 and (after[:1].isdigit() or any(p.text.isdigit() for p in pieces[start:end])):
            return False
        if after[:1].isalpha() and after[0].islower() or re.match(r"-\d", after):
            return False
        if alike < 1 and ":" in line.text[pieces[start].start : pieces[end - 1].start]:
            return False
        if GOES_ON.match(after) or NOT_ONE.search(line.text[: pieces[start].start]):
            return False
        if start == 0:
            follows = after[:3].strip()
            if len(text) == 1:
                return follows[:1] in ("°", "º")
            return len(text) > 3 or not follows or follows[0] in ":./°º" or alike == 1.0
        at = pieces[start].start
        before = line.text[at - 1]
        if before == "." and line.text[at - 2 : at - 1].isalnum():
            return False  # a dot on which a word was typed
        if len(text) < 4 and line.text[at].islower() and line.text[:at].rstrip()[-1:].isalpha():
            return False
        return (
            alike >= INSIDE
            and len(text) >= 4
            or (len(text) >= 2 and alike == 1.0 and before in "/ :")
        )

    def _with_tail(self, line, pieces, start, end, name, alike) -> Label:
        """The label with its twin in the other language, which a slash joins to it."""
        stop = pieces[end - 1].end
        if more := MORE.match(line.text[stop:]):
            stop += more.end()
            end += sum(stop - more.end() <= piece.start < stop for piece in pieces[end:])
        between = re.match(r"[\s.]*[/|\\][^\w]*", line.text[stop:])
        if between and end < len(pieces):
            best = (0.0, end)
            text = ""
            for last in range(end, min(len(pieces), end + 5)):
                text += pieces[last].text
                for tail in self.tails.get(name, ()):
                    if abs(len(tail) - len(text)) > 0.4 * max(len(tail), len(text)):
                        continue
                    likeness = SequenceMatcher(None, tail, text, autojunk=False).ratio()
                    best = max(best, (likeness + 0.001 * len(tail), last + 1))
            if best[0] >= LOOSE:
                end = best[1]
            elif (
                len(pieces[end].text) <= 2
                and not pieces[end].text.isdigit()
                and self.tails.get(name)
            ):
                end += 1
            stop = pieces[end - 1].end
            if end < len(pieces) and best[0] < LOOSE:
                glued = [t for t in self.tails.get(name, ()) if pieces[end].text.startswith(t)]
                stop += max(
                    (pieces[end].start - stop + len(t) for t in glued if len(t) > 2), default=0
                )
        # The rest of an odd mark, such as (s) or a degree sign, belongs to the label.
        if bracket := re.match(r"\s*[(\[][^()\[\]\d]{3,26}(?:[)\]]|$)", line.text[stop:]):
            stop += bracket.end()
        if unit := UNIT.match(line.text[stop:]):
            stop += unit.end()
        rest = re.match(r"[)\].]?(?:\s?\([a-zA-Z0-9³ ]{1,6}\)|[°º])?[ ]*[:=]?", line.text[stop:])
        stop += rest.end() if rest else 0
        return Label(name, Span(line, pieces[start].start, stop), alike)

    def code(self, text: str) -> str | None:
        """The name behind a code as printed at the head of a line, `D.1` or `P.6`."""
        bare = re.sub(r"[^A-Z0-9.]", "", text.upper()).strip(".")
        bare = re.sub(r"\.?[IL|]$", ".1", bare) if len(bare) > 1 else bare
        bare = re.sub(r"^(.)(\d)$", r"\1.\2", bare)
        return self.codes.get(MISREAD.get(bare, bare))

    def _with_codes(self, line: Line, pieces: list[_Piece], labels: list[Label]) -> list[Label]:
        """A code before a label joins it; one with no label beside it is a label itself."""
        match = (
            re.match(r"\(?([A-Z05681cs]\.?[0-9IL]?)\)?[\s:.\-]*(?=\S|$)", line.text)
            if self.codes
            else None
        )
        name = self.code(match[1]) if match else None
        if match and match[1] in ("0.1", "O.1", "Q.1") and line.text[match.end() :][:1].isdigit():
            name = self.codes.get("G.1")  # no make begins with a figure
        if not match or not name:
            return labels
        if labels and labels[0].span.start <= match.end() + 1:
            first = labels[0]
            if first.span.start < match.end() == len(match[1]):
                return labels  # its own first letter
            # Words may be misread for others; a code that is one of ours is not.
            said = name if first.likeness < 1 and match[1] in self.codes else first.name
            joined = Label(said, Span(line, 0, first.span.end), first.likeness)
            return [joined, *labels[1:]]
        is_plain = len(match[1]) == 1 or "." not in match[1]
        stands_off = match[0] != match[1] or match.end() == len(line.text)
        if match[1][0].isdigit() and is_plain and match[1] != "8":
            return labels
        is_alone = match.end() == len(line.text)
        if is_plain and not (stands_off and (len(match[1]) == 1 or not is_alone)):
            return labels
        # What stands between a code and a colon is a label we do not know.
        words = UNKNOWN.match(line.text[match.end() :])
        end = match.end() + (words.end() if words and not labels else 0)
        return [Label(name, Span(line, 0, end), 0.9), *labels]

    def _with_bracketed(self, line: Line, labels: list[Label]) -> list[Label]:
        """Codes in brackets within a line are labels too, joined to those that follow them."""
        marks = re.finditer(r"\(([A-Z]\.?\d?)\)[\s:]*", line.text) if self.codes else ()
        codes = [
            (match, name) for match in marks if match.start() and (name := self.code(match[1]))
        ]
        for match, name in codes:
            beside = next((la for la in labels if 0 <= la.span.start - match.start() < 9), None)
            if beside is None:
                labels.append(Label(name, Span(line, match.start(), match.end()), 1.0))
        return sorted(labels, key=lambda label: label.span.start)


def _unknown(line: Line) -> list[Label]:
    """What ends with a colon or a bracket is a label, if not one we know: no value at least."""
    match = re.match(r"[^\d:]{3,32}:|[^:()]{1,24}\(?[^:()]{1,24}\)(?=\s*\S)", line.text)
    return [Label("_unknown", Span(line, 0, match.end()), 1.0)] if match else []


def _with_twins(labels: list[Label]) -> list[Label]:
    """What a slash joins to a label is its twin in words we do not know, and no value."""
    kept: list[Label] = []
    for label in labels:
        line, last = label.span.line, kept[-1] if kept else None
        between = line.text[last.span.end if last else 0 : label.span.start]
        is_twin = _is_twin(between, label)
        if last and (
            last.name == label.name
            and (is_twin or not between.strip())
            or is_twin
            and last.likeness < label.likeness
            and re.match(r"['’]?[^\W\d_]", between)
        ):
            kept.pop()
            likeness = max(last.likeness, label.likeness)
            label = Label(label.name, Span(line, last.span.start, label.span.end), likeness)
        elif not last and is_twin:
            label = Label(label.name, Span(line, 0, label.span.end), label.likeness)
        kept.append(label)
    return kept


def _is_twin(before: str, label: Label) -> bool:
    """Whether these words before a label say the same as it: printed alike, and then a slash."""
    words = re.fullmatch(r"['’\s]*((?:[^\W\d_]+['’. ]*){1,4})[/|]\s*", before)
    return words is not None and (not words[1].split()[0].isupper() or label.span.text.isupper())


def _apart(labels: list[Label]) -> list[Label]:
    """Without those that the twin of an earlier one covers."""
    kept: list[Label] = []
    for label in labels:
        if not kept or label.span.start >= kept[-1].span.end:
            kept.append(label)
    return kept


def _pieces(line: Line) -> list[_Piece]:
    """The words of a line: letters or figures together, also parted where small print ends."""
    text = line.text
    pieces = []
    for match in re.finditer(r"[^\W\d_]+|\d+", text.replace("º", "°").replace("ª", "°")):
        start = match.start()
        word = match[0]
        for part in re.finditer(r"[A-ZÀ-Ý]?[a-zà-ÿœ]+|[A-ZÀ-ÝŒ]+(?![a-zà-ÿœ])|[A-ZÀ-ÝŒ]+|.", word):
            if bare := plain(part[0]):
                pieces.append(_Piece(bare, start + part.start(), start + part.end()))
    return pieces


def _threshold(length: int) -> float:
    return 0.88 if length < 6 else 0.8 if length < 9 else 0.75
