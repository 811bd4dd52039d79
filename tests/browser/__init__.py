"""The site in a real Chromium: what people do, and what every page must keep."""
