"""Lists to spreadsheets, and spreadsheets to records."""
