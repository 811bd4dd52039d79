"""What every entry point shares about a request: its size and cookies, how often a visitor may ask,
wrong passwords, the error pages, and what templates know of the site.

Used by views, the API and the admin; knows no single page.
"""
