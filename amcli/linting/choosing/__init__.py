"""What a person chose: rules, severities, ignores and a baseline."""
