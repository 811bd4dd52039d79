"""Semblance's own app: pictures, collections, embeddings and the search over them."""
