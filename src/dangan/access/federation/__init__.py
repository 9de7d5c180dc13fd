"""Signing in through the house's own directory: OpenID Connect and LDAP."""
