"""PostgreSQL and Valkey from pip packages, and the supervisor of `make run`.

Nothing here imports gallery, and nothing in gallery but its management commands imports this.
"""
