"""What a web service imports: the action request, its answer, limited-purpose tokens."""
