"""What is wrong with a card: JSON Schemas of our own, and rules for what no schema can say."""
