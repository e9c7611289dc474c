"""How well papers are read: `python -m tests.load.ocr`, or with --calibrate how sure readings are.

Prints a table: paper × level × field: exact, answered, confident, right among those, calibration
error; then what was asked of the reader beside what it does, the curve of its confidence, seconds
of CPU a paper and the most memory. Papers on their side and papers written by hand have rows of
their own. `--calibrate` fits the weights by which evidence becomes a probability, on the layouts
for tuning only.
"""

import argparse
import json
import multiprocessing
import resource
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from kyc import ocr
from kyc.ocr import confidence
from tests.load import calibration

LEVELS = ("clean", "moderate", "hard")
KINDS = ("cin", "carte_grise", "attestation", "insurance", "invoice", "mrz")
BY_HAND = ("cin", "carte_grise", "attestation", "insurance", "invoice")
CASELESS = ("address", "occupation", "company", "seller", "colour", "make", "model")
KNOWN_BY = {("cin", "number"), ("carte_grise", "plate")}
CHASSIS = {("carte_grise", "chassis_number")}
BINS = 10
EVERY = "*"
out = sys.stdout.write


def papers(options) -> Iterator[tuple[bytes, dict]]:
    """JPEGs with their truth: out of a folder, or drawn now."""
    if options.folder:
        for line in (options.folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            truth = {"level": ""} | json.loads(line)
            if truth["kind"] in options.kinds:
                yield (options.folder / truth["file"]).read_bytes(), truth
        return
    # In a process of their own: what drawing takes is not what reading takes.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield from pool.imap(_drawn, list(_asked(options)))


def _asked(options) -> Iterator[dict]:
    """What to draw: upright and printed papers, then fewer turned ones and some by hand."""
    sets = [({}, options.count)]
    if options.others:
        sets += [({"turned": True}, options.others), ({"handwritten": True}, options.others)]
    for extra, count in sets:
        for kind in options.kinds:
            if extra.get("handwritten") and kind not in BY_HAND:
                continue
            for level in LEVELS:
                for place in range(count):
                    seed = f"{options.seed}/{place}"
                    yield {"kind": kind, "seed": seed, "level": level, "part": options.part} | extra


def _drawn(asked: dict) -> tuple[bytes, dict]:
    from tests.papers import draw

    paper = draw(**asked)
    return paper.jpeg, paper.truth


def is_right(name: str, read, printed) -> bool:
    """Whether a value is what is printed; of words that are no person's name case is free."""
    if name in CASELESS and isinstance(read, str):
        return read.casefold() == printed.casefold()
    return read == printed


def cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


class Tally:
    """What was read of one field: how sure, confidently or not, and whether rightly."""

    def __init__(self):
        self.rows = []

    def add(self, field, is_exact):
        self.rows.append((field.confidence, field.confident, field.value is not None, is_exact))

    @property
    def exact(self) -> float:
        return sum(right for *_, right in self.rows) / len(self.rows)

    @property
    def answered(self) -> float:
        return sum(told for _, _, told, _ in self.rows) / len(self.rows)

    @property
    def sure(self) -> list[bool]:
        """Of what is shown as read without doubt, whether it is right."""
        return [right for _, confident, _, right in self.rows if confident]

    @property
    def precision(self) -> float:
        return sum(self.sure) / len(self.sure) if self.sure else float("nan")

    def curve(self) -> list[tuple[int, float, float]]:
        """Of what was answered, by confidence: how many, how sure, how often right."""
        bins = defaultdict(list)
        for sure, _, is_told, right in self.rows:
            if is_told:
                bins[min(BINS - 1, int(sure * BINS))].append((sure, right))
        return [
            (len(rows), sum(s for s, _ in rows) / len(rows), sum(r for _, r in rows) / len(rows))
            for _, rows in sorted(bins.items())
        ]

    @property
    def error(self) -> float:
        """The expected calibration error over what was answered."""
        curve = self.curve()
        told = sum(count for count, _, _ in curve)
        return sum(count * abs(sure - right) for count, sure, right in curve) / max(told, 1)

    def line(self) -> str:
        return (
            f"{len(self.rows):5} {self.exact:6.3f} {self.answered:6.3f} "
            f"{len(self.sure) / len(self.rows):6.3f} {self.precision:7.4f} {self.error:6.3f}"
        )


class Results:
    """All that was read, by paper, level and field."""

    def __init__(self):
        self.tallies, self.whole = defaultdict(Tally), defaultdict(list)
        self.seconds, self.wrong, self.kinds = [], [], []

    def add(self, truth: dict, reading: ocr.Reading) -> None:
        """One paper."""
        kind = _row_of(truth)
        rights = []
        for name, printed in truth["fields"].items():
            field = reading.fields.get(name, ocr.Field())
            right = is_right(name, field.value, printed)
            rights.append(right)
            for key in self._keys(kind, truth["kind"], name):
                self.tallies[key[0], truth["level"], key[1]].add(field, right)
            if field.confident and not right:
                seen = (kind, truth["level"], truth.get("layout", ""), name, printed, field.value)
                self.wrong.append(seen)
        self.kinds.append((truth["kind"], reading.kind))
        for key in {kind, "all"} if kind == truth["kind"] else {kind}:
            self.whole[key, truth["level"]].append(all(rights))

    def _keys(self, row: str, kind: str, name: str) -> list[tuple[str, str]]:
        keys = [(row, name), (row, EVERY)]
        if row != kind:
            return keys
        keys.append(("all", EVERY))
        if (kind, name) in KNOWN_BY:
            keys.append(("all", "CIN number, plate"))
        if (kind, name) in CHASSIS:
            keys.append(("all", "chassis"))
        return keys

    def show(self) -> None:
        """The tables."""
        out(f"{'':52}  read  exact answrd   sure   right  error\n")
        for (kind, level, name), tally in sorted(self.tallies.items(), key=_in_order):
            out(f"{kind:18} {level:10} {name:20}  {tally.line()}\n")
        out("\nPapers with all fields right\n")
        for (kind, level), rights in sorted(self.whole.items(), key=_in_order):
            out(f"{kind:18} {level:10} {len(rights):5} {sum(rights) / len(rights):6.3f}\n")
        out("\nConfidence: how many, how sure, how often right\n")
        for level in LEVELS:
            for count, sure, right in self.tallies["all", level, EVERY].curve():
                out(f"{level:10} {count:5} {sure:6.3f} {right:6.3f}\n")
        for each in self.wrong:
            out(f"sure and wrong: {each}\n")
        seconds = sorted(self.seconds)
        median, late = seconds[len(seconds) // 2], seconds[int(0.95 * len(seconds))]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        out(f"CPU seconds: median {median:.2f}, 95 of 100 within {late:.2f}; memory {memory} MB\n")

    def show_kinds(self) -> None:
        """How often the kind of a paper was found, and what was taken for what."""
        right = sum(drawn == found for drawn, found in self.kinds)
        out(f"kinds: {right} of {len(self.kinds)} found\n")
        for pair in sorted({pair for pair in self.kinds if pair[0] != pair[1]}):
            out(f"kinds: {self.kinds.count(pair)} × {pair[0]} taken for {pair[1]}\n")


def _in_order(item):
    kind, level, *name = item[0]
    return kind, LEVELS.index(level) if level in LEVELS else -1, name


def _row_of(truth: dict) -> str:
    if truth.get("handwritten"):
        return f"{truth['kind']}, by hand"
    return f"{truth['kind']}, turned" if truth.get("turned") else truth["kind"]


def measure(options) -> None:
    """Read the papers, and print the tables."""
    ocr.load()
    results = Results()
    for jpeg, truth in papers(options):
        before = cpu()
        reading = ocr.read(jpeg, kind="auto" if options.auto else truth["kind"])
        results.seconds.append(cpu() - before)
        results.add(truth, reading)
    if options.auto:
        results.show_kinds()
    else:
        results.show()


def calibrate(options) -> None:
    """Fit the weights on these papers, and keep them beside the reader."""
    if options.evidence and options.evidence.exists():
        rows = [tuple(row) for row in json.loads(options.evidence.read_text())]
    else:
        rows = [row for paper in papers(options) for row in _evidence(*paper)]
    if options.evidence:
        options.evidence.write_text(json.dumps(rows))
    weights = calibration.fit(rows)
    confidence.WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    out(f"{len(rows)} values, {len(weights)} groups: {confidence.WEIGHTS.name}\n")


def _evidence(jpeg: bytes, truth: dict) -> list[tuple]:
    """Kind, field, what speaks for its value, and whether that is right."""
    if truth["kind"] == "mrz":  # its check digits say how sure it is
        return []
    found = ocr.evidence(jpeg, kind=truth["kind"])
    return [
        (truth["kind"], name, each.evidence, is_right(name, each.value, truth["fields"][name]))
        for name, each in found.items()
        if name in truth["fields"]
    ]


def main() -> None:
    """Measure, or calibrate."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.ocr", description=__doc__)
    kinds = (*KINDS, "unknown")
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=KINDS)
    parser.add_argument("--count", type=int, default=20, help="papers a kind and level")
    parser.add_argument("--others", type=int, default=0, help="the same turned, and by hand")
    parser.add_argument("--seed", default="9001")
    parser.add_argument("--part", choices=("tuning", "measuring"), default="measuring")
    parser.add_argument("--folder", type=Path, help="papers that were drawn before")
    parser.add_argument("--auto", action="store_true", help="only find out the kinds")
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--evidence", type=Path, help="keep what calibration was made from")
    options = parser.parse_args()
    (calibrate if options.calibrate else measure)(options)


if __name__ == "__main__":
    main()
