"""The admin, page by page, through its real addresses."""
