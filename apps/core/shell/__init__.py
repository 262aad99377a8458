"""The frame around every page: navigation, search, keys, toasts, errors."""
