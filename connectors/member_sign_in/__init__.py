"""Members sign in with Microsoft: the code flow with PKCE against one tenant, and ID tokens that are verified here."""
