"""Tests of the site in a real Chromium: complete user journeys, and properties of every page."""
