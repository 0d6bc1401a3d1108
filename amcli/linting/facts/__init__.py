"""What rules ask about a card and the world around it, each worked out once."""
