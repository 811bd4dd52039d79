"""From pictures and words to vectors: encoders, their registry, the embedding queue, the index.

The only package that loads torch, open_clip, timm or tokenizers, always inside functions, so that
importing the site, its tasks or its views stays fast. May import gallery.models and
gallery.exceptions, nothing above them.
"""
