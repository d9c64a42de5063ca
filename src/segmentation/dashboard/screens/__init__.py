"""A module for each page: what is asked for and shown. What is worked out stands beside them.

Streamlit would take a folder called `pages` for pages of its own.
"""
