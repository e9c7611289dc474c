"""What vehicles owe, how it is paid, and what proves it."""

from taxes.models.code import Code, Scan
from taxes.models.notice import Notice
from taxes.models.payment import Callback, Payment, PaymentMove, Receipt, ReceiptCounter, Refund
from taxes.models.tariff import Rate, Tariff

__all__ = [
    "Callback",
    "Code",
    "Notice",
    "Payment",
    "PaymentMove",
    "Rate",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "Scan",
    "Tariff",
]
