"""The way back: tokens, signed cards and mails, each check named and answered."""
