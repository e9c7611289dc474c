"""What a reader found on a paper: the values, how sure it is, and where they stand."""

from dataclasses import asdict, dataclass, field

Box = list[int]

FIELDS = {
    "cin": (
        "number",
        "surname",
        "given_names",
        "birth_date",
        "birth_place",
        "address",
        "occupation",
        "father",
        "mother",
        "issue_date",
        "issue_place",
    ),
    "carte_grise": (
        "plate",
        "chassis_number",
        "make",
        "model",
        "first_registration",
        "holder",
        "seats",
        "fiscal_power",
        "energy",
        "colour",
        "curb_weight",
        "payload",
        "displacement",
        "address",
        "issue_date",
    ),
    "mrz": (
        "document_type",
        "number",
        "issuer",
        "surname",
        "given_names",
        "nationality",
        "birth_date",
        "sex",
        "expiry",
        "checks",  # whether every check digit of the zone holds
    ),
    "attestation": (
        "surname",
        "given_names",
        "birth_date",
        "birth_place",
        "address",
        "number",
        "plate",
        "make",
        "issue_date",
    ),
    "insurance": ("policy_number", "expiry", "company", "plate"),
    "invoice": ("total", "date", "number", "seller"),
    "unknown": (),
}


@dataclass(frozen=True)
class Field:
    """One value. `confidence` is 0 to 1; `box` is [x, y, width, height] in the picture's pixels."""

    value: str | bool | None = None
    confidence: float = 0.0
    confident: bool = False
    box: Box | None = None


@dataclass(frozen=True)
class Reading:
    """All fields of a kind of paper, the unreadable ones with the value None, and all the text."""

    kind: str
    fields: dict[str, Field] = field(default_factory=dict)
    text: str = ""
    kind_confidence: float = 0.0

    def __post_init__(self):
        everything = {name: self.fields.get(name, Field()) for name in FIELDS[self.kind]}
        object.__setattr__(self, "fields", everything)

    def as_json(self) -> dict:
        """A dictionary that JSON can hold and `from_json` takes back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Reading":
        """The reading that `as_json` made this dictionary of."""
        fields = {name: Field(**found) for name, found in data["fields"].items()}
        return cls(
            kind=data["kind"],
            fields=fields,
            text=data["text"],
            kind_confidence=data.get("kind_confidence", 0.0),
        )
