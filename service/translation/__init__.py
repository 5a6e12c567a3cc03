"""The core: text in, translation and evidence out. Pure: no database, no web, no settings."""
