"""Document formats: bytes in, translatable blocks out, bytes back."""
