"""Writes on what people keep: collections, members, pictures' words and places, and the trash.

Views, the API, the admin, commands and tasks call these; nothing here renders or enqueues. Every
function that writes takes who acts as `by` and raises NotAllowed unless that person may.
"""
