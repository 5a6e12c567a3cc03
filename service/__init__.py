"""The application: entrances, documents, jobs and the pure translation core."""
