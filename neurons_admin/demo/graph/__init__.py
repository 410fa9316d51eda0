"""Microsoft Graph v1.0 as far as the demo tenant speaks it: one module a resource, one table of routes."""
