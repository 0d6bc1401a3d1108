"""What a card is: templates and their rendering, data, and the card's JSON document."""
