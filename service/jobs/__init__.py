"""A folder or an upload as a job: documents that are translated once each, whatever happens in between."""
