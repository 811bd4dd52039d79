"""The only package that opens untrusted bytes: validation, storage, renditions, EXIF, bulk import.

May import gallery.models and gallery.exceptions; never gallery.embedding, gallery.tasks or views.
Keep this file free of imports: the decoder's child process imports the package without Django.
"""
