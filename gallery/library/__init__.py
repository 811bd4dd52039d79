"""Writes on what people keep: collections, members, pictures' words and places, and the trash.

Views, the API, the admin and tasks call these; nothing here renders or enqueues. Every function
that takes pictures narrows them to those its `by` may edit.
"""
