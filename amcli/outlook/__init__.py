"""Outlook on one's desk: an inbox, a token issuer and the click that Microsoft would make."""
