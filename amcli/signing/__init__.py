"""Keys, the signed card (RSA), and the signed mail (DKIM)."""
