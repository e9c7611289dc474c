"""A service that checks identities as the test tells it to, and counts what it was asked."""

from typing import ClassVar

from kyc.checkers.base import Finding, Inquiry, Notice, NotKnown, Verdict

CLEAR = Verdict(Finding.CLEAR, words="all well", reference="S-1", evidence={"score": 9})
WAITING = Verdict(Finding.WAITING)


class Service:
    """Scripted: each answer is a Verdict, or an exception to raise; the last one is repeated."""

    code = "service"
    label = "le service d'essai"
    needs: ClassVar[frozenset[str]] = frozenset()
    configured_by: ClassVar[tuple[str, ...]] = ()
    asking: ClassVar[list] = [CLEAR]
    fetching: ClassVar[list] = [CLEAR]
    notice: ClassVar = Notice()
    names: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[Inquiry]] = []
    fetched: ClassVar[list[Inquiry]] = []

    @classmethod
    def script(cls, *, ask=(), fetch=(), notice=None, names=None, needs=()):
        """Forget what was asked, and answer this from now on."""
        cls.asking, cls.fetching = list(ask) or [CLEAR], list(fetch) or [NotKnown("nothing")]
        cls.notice, cls.names, cls.needs = notice or Notice(), names or {}, frozenset(needs)
        cls.asked, cls.fetched = [], []

    def ask(self, inquiry, *, keep):
        self.asked.append(inquiry)
        if self.names:
            keep(self.names)
        return _next(self.asking)

    def fetch(self, inquiry):
        self.fetched.append(inquiry)
        return _next(self.fetching)

    def read_callback(self, body, headers):
        if isinstance(self.notice, Exception):
            raise self.notice
        return self.notice


def _next(answers):
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
