"""What must be there before the project can run: packages, the front-end bundle, a browser.

Only the standard library, and no package of the project beside this one: it works before the
virtual environment exists. Each part is done once and again when what it was made from changed.
"""
