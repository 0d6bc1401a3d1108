"""Who and what the demo is about. Contoso is the company that Microsoft's examples use."""

from __future__ import annotations

from datetime import timedelta

from amcli.outlook.issuer import Person, Registration

TEMPLATE = "expense-approval"
SENDER = "expenses@contoso.com"
DOMAIN = "contoso.com"
SELECTOR = "amcli-demo"

APPROVER = Person.create("adele.vance@contoso.com", "Adele Vance")
COLLEAGUE = Person.create("alex.wilber@contoso.com", "Alex Wilber")
"""Works there too, has a genuine token, and did not get the mail."""

TENANT = "b6c52a7e-3f0a-4c55-9f3c-2a5d7a1d9e11"
ORIGINATOR = "3c1d9d5a-6f0e-4d0c-8b57-9a3f2f5f6c21"
REGISTRATION = Registration(
    provider_id=ORIGINATOR, application_id="7f0b2b35-5e1b-4f57-a1d8-c5e2cf0a4b90"
)
CARD_LIFETIME = timedelta(days=7)
COMMENT = 'Fine, but please book the "standard" room next time.'
