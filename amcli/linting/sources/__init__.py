"""What paths stand for: files, the cards in them, and where each was written."""
