"""The pages of signing in, of oneself and of the members."""
