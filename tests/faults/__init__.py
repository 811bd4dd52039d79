"""What happens when a part breaks: the worker dies, the broker is away, a picture is poison."""
