"""What the apps below ask of this one."""

from django.dispatch import receiver

from kyc import privacy


@receiver(privacy.gathered)
def tell_payments(person, **_kwargs):
    """What a person paid or tried to pay: never the secret addresses, nor what others paid."""
    payments = person.payments.select_related("notice__vehicle", "receipt")
    return "payments", [
        {
            "reference": payment.reference,
            "plate": payment.notice.vehicle.plate,
            "year": payment.notice.year,
            "amount": payment.amount,
            "provider": payment.provider,
            "phone": payment.phone,
            "state": payment.state,
            "operator_reference": payment.operator_reference,
            "created_at": payment.created_at,
            "receipt": _receipt(payment),
        }
        for payment in payments.order_by("pk")
    ]


def _receipt(payment):
    receipt = getattr(payment, "receipt", None)
    return str(receipt) if receipt else None
