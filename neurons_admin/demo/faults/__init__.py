"""The fault kit: a tenant misbehaving on the wire, by order of a test. Off, unless the tenant was started with it."""
