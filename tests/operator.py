"""A payment operator that says what the test tells it to, and counts what it was asked."""

from taxes.providers.base import Charge, Outcome, Status

PAYEE = "+261343500004"


class Operator:
    """Scripted: each answer is an Outcome, or an exception to raise; the last one is repeated."""

    code = "mvola"
    label = "MVola"
    payee = PAYEE
    charging: list = [Outcome(Status.WAITING)]
    fetching: list = [Outcome(Status.WAITING)]
    charged: list[Charge] = []
    fetched: list[Charge] = []

    @classmethod
    def script(cls, *, charge=(), fetch=()):
        """Forget what was asked, and answer this from now on."""
        cls.charging = list(charge) or [Outcome(Status.WAITING)]
        cls.fetching = list(fetch) or [Outcome(Status.WAITING)]
        cls.charged, cls.fetched = [], []

    def charge(self, charge):
        self.charged.append(charge)
        return _next(self.charging)

    def fetch(self, charge):
        self.fetched.append(charge)
        return _next(self.fetching)

    def read_callback(self, body):
        """As MVola's adapter reads it: the id to ask about, if there is one."""
        from taxes.providers.mvola import MVola

        return MVola().read_callback(body)


def paid(payment, *, reference="MV-700", **differences):
    """The operator says that this payment was taken, in full, unless told what differs."""
    asked = {
        "amount": payment.amount,
        "currency": "MGA",
        "payer": payment.phone,
        "payee": PAYEE,
    }
    return Outcome(Status.PAID, reference=reference, **(asked | differences))


def _next(answers):
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
