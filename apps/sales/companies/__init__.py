"""Yellow pages: firms that nobody works on yet, until somebody claims them."""
