"""Writes to the library: collections, members, words on pictures, moves, and the trash.

Views, the API, the admin, commands and tasks call these; nothing here renders or enqueues. Every
function that writes takes the acting person as `by` and raises NotAllowed without permission.
"""
