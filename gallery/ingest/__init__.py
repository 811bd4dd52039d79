"""The only place where untrusted bytes are opened: validate, store, renditions, exif, bulk import.

May import gallery.models and gallery.exceptions; never gallery.embedding, gallery.tasks or views.
This file stays empty of imports: the decoder's child process imports the package without Django.
"""
