"""From pictures and words to vectors: encoders, their registry, the embedding queue, the index.

The only package that loads torch, open_clip, timm or tokenizers, and always inside functions, so
that importing the site, its tasks or its views stays quick. May import gallery.models and
gallery.exceptions, nothing above them.
"""
